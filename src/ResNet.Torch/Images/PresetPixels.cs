namespace ResNet.Torch.Images;

/// <summary>From pixels of any size to a preset's: torchvision's Resize, CenterCrop and TenCrop of PIL images, to the last bit.</summary>
internal static class PresetPixels
{
    /// <summary>Resizes an image and cuts out what is scored of it.</summary>
    /// <param name="preset">Without faults.</param>
    /// <param name="image">An image of the preset's channels, or a grey one.</param>
    /// <param name="target"><see cref="ImagePreset.ScoredBytes"/> bytes.</param>
    /// <returns>Null, or why the preset cannot be made of such an image; nothing is then written.</returns>
    public static string? Prepare(this ImagePreset preset, DecodedImage image, Span<byte> target) =>
        preset.Crops == ImageCrops.Ten ? preset.PrepareTen(image, target) : preset.PrepareCentre(image, target);

    /// <summary>The middle; where the image is smaller than that, black surrounds it.</summary>
    static string? PrepareCentre(this ImagePreset preset, DecodedImage image, Span<byte> target)
    {
        if (preset.Resized(image.Size, out var size) is { } fault)
            return fault;
        Crop(preset, image, size, CropAxis.Centred(size.Height, preset.Height), CropAxis.Centred(size.Width, preset.Width), target);
        return null;
    }

    /// <summary>The pixels of an image that its middle is made of; all of it where that is not told.</summary>
    public static PixelBox Needed(this ImagePreset preset, ImageSize image)
    {
        if (preset.Interpolation == Interpolation.Nearest || preset.Resized(image, out var size) is not null)
            return new(0, 0, image.Width, image.Height);
        CropAxis rows = CropAxis.Centred(size.Height, preset.Height), columns = CropAxis.Centred(size.Width, preset.Width);
        var (top, bottom) = ResizeAxis.Needed(image.Height, image.Height, size.Height, rows.First, rows.Length, preset.Interpolation, preset.Antialias);
        var (left, right) = ResizeAxis.Needed(image.Width, image.Width, size.Width, columns.First, columns.Length, preset.Interpolation, preset.Antialias);
        return new(left, top, right - left, bottom - top);
    }

    /// <summary>Left top, right top, left bottom, right bottom, the middle; and those of the mirrored image.</summary>
    static string? PrepareTen(this ImagePreset preset, DecodedImage image, Span<byte> target)
    {
        if (preset.Resized(image.Size, out var size) is { } fault)
            return fault;
        if (size.Height < preset.Height || size.Width < preset.Width)
            return $"{size.Width}×{size.Height} pixels after resizing, too few for ten crops of {preset.Width}×{preset.Height}";

        var (down, across) = (size.Height - preset.Height, size.Width - preset.Width);
        var (middle, centre) = (CropAxis.Centred(size.Height, preset.Height).First, CropAxis.Centred(size.Width, preset.Width).First);
        ReadOnlySpan<(int Top, int Left)> places = [(0, 0), (0, across), (down, 0), (down, across), (middle, centre)];
        var next = 0;
        for (var mirrored = 0; mirrored < 2; mirrored++)
        {
            foreach (var (top, left) in places)
            {
                var crop = target.Slice(next, preset.ImageBytes);
                // A place of the mirrored image is that many pixels from the other side.
                Crop(preset, image, size, new(top, preset.Height, 0), new(mirrored == 0 ? left : across - left, preset.Width, 0), crop);
                if (mirrored == 1)
                    PixelCrop.MirrorColumns(crop, new(preset));
                next += preset.ImageBytes;
            }
        }
        return null;
    }

    static void Crop(ImagePreset preset, DecodedImage image, ImageSize size, CropAxis rows, CropAxis columns, Span<byte> target)
    {
        var window = new PixelBox(columns.First, rows.First, columns.Length, rows.Length);
        if (rows.Length == preset.Height && columns.Length == preset.Width)
        {
            Resize(preset, image, size, window, target);
            return;
        }
        var (inner, outer) = (new PixelShape(rows.Length, columns.Length, preset.Channels), new PixelShape(preset));
        using var small = new Scratch<byte>(inner.Bytes);
        Resize(preset, image, size, window, small.Span);
        target.Clear();
        for (var y = 0; y < rows.Length; y++)
            small.Span.Slice(y * inner.RowBytes, inner.RowBytes).CopyTo(target[((rows.Before + y) * outer.RowBytes + columns.Before * preset.Channels)..]);
    }

    static void Resize(ImagePreset preset, DecodedImage image, ImageSize size, PixelBox window, Span<byte> target)
    {
        if (image.Shape.Colours == preset.Channels)
        {
            ResizeAsItIs(preset, image, size, window, target);
            return;
        }
        using var grey = new Scratch<byte>(window.Height * window.Width);
        ResizeAsItIs(preset, image, size, window, grey.Span);
        PixelPacking.GreyToRgb(grey.Span, target);
    }

    static void ResizeAsItIs(ImagePreset preset, DecodedImage image, ImageSize size, PixelBox window, Span<byte> target) =>
        PixelResize.Resize(image.Pixels, image.Shape, new(0, 0, image.Shape.Width, image.Shape.Height), image.Extent, size.Height, size.Width, window, target, preset.Interpolation, preset.Antialias);

    /// <summary>The size that an image is resized to; torchvision rounds the longer side down.</summary>
    /// <returns>Null, or why there is none.</returns>
    static string? Resized(this ImagePreset preset, ImageSize image, out ImageSize size)
    {
        size = preset.ResizeTo ?? image;
        if (preset.ResizeShorterSide is { } shorter)
        {
            var longer = (long)shorter * Math.Max(image.Height, image.Width) / Math.Min(image.Height, image.Width);
            if (longer > int.MaxValue)
                return $"an image of {image.Width}×{image.Height} pixels, too long and narrow for a shorter side of {shorter}";
            size = image.Width <= image.Height ? new((int)longer, shorter) : new(shorter, (int)longer);
        }
        else if (preset.ResizeTo is null && size != new ImageSize(preset.Height, preset.Width))
            return $"an image of {size.Width}×{size.Height} pixels, where {preset.Width}×{preset.Height} is expected. A preset with {nameof(ImagePreset.ResizeShorterSide)} or {nameof(ImagePreset.ResizeTo)} takes images of any size";
        return null;
    }

    /// <summary>What is cut out along an axis: pixels of the image from a first one on, and how much black comes before them.</summary>
    readonly record struct CropAxis(int First, int Length, int Before)
    {
        /// <summary>torchvision's CenterCrop: places rounded to even, and a missing pixel more behind than before.</summary>
        public static CropAxis Centred(int side, int crop) => crop > side
            ? new(0, side, (crop - side) / 2)
            : new((int)Math.Round((side - crop) / 2.0), crop, 0);
    }
}
