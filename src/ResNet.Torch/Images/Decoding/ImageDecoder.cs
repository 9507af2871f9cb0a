using ResNet.Torch.Images.Jpeg;
using SkiaSharp;

namespace ResNet.Torch.Images;

/// <summary>Decodes image files to 8-bit pixels; any number of threads may.</summary>
internal static class ImageDecoder
{
    // libjpeg is hardly faster at five eighths of the size and more.
    const int MostEighths = 4;

    /// <summary>Decodes an image, upright.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="channels">3 for colours, 1 for grey.</param>
    /// <param name="options">Orientation, background and limits.</param>
    /// <param name="needed">For an upright image's size, the pixels that are needed of it; null: all.</param>
    /// <param name="leastSide">A JPEG may be decoded smaller, with at least that many pixels along its shorter side; null: in its own size.</param>
    /// <returns>The pixels, which the caller disposes: grey, or RGB ones of four bytes; colours were asked for, but the file has none, also grey.</returns>
    /// <exception cref="ImageDecodingException">It is no image, has too many pixels, or is damaged.</exception>
    public static DecodedImage Decode(in EncodedImage encoded, int channels, ImageDecodingOptions options, Func<ImageSize, PixelBox>? needed = null, int? leastSide = null)
    {
        var format = ImageSignature.Of(encoded.Bytes) ?? throw encoded.Fault(ImageSignature.Unknown(encoded.Bytes));
        if (format != ImageFormat.GIF || options.Background is not null || !GifTransparency.IsUsed(encoded.Bytes))
            return Decode(encoded, format, channels, options, needed, leastSide);
        using var opaque = new Scratch<byte>(encoded.Bytes.Length);
        encoded.Bytes.CopyTo(opaque.Span);
        GifTransparency.Remove(opaque.Span);
        return Decode(new(opaque.Span, encoded.Name), format, channels, options, needed, leastSide);
    }

    /// <summary>The size that an image has upright, by its header alone.</summary>
    /// <exception cref="ImageDecodingException">It is no image.</exception>
    public static unsafe ImageSize SizeOf(in EncodedImage encoded)
    {
        var format = ImageSignature.Of(encoded.Bytes) ?? throw encoded.Fault(ImageSignature.Unknown(encoded.Bytes));
        fixed (byte* bytes = encoded.Bytes)
        {
            using var data = SKData.Create((nint)bytes, encoded.Bytes.Length);
            using var codec = SKCodec.Create(data) ?? throw Damaged(encoded, format);
            var upright = PixelTurn.ShapeOf(new(codec.Info.Height, codec.Info.Width, 1), Orientation(codec, format, encoded));
            return new(upright.Height, upright.Width);
        }
    }

    static ImageDecodingException Damaged(in EncodedImage encoded, ImageFormat format) =>
        encoded.Fault($"its beginning is that of a {format} file, but it is damaged or cut off there ({encoded.Bytes.Length} bytes)");

    static unsafe DecodedImage Decode(in EncodedImage encoded, ImageFormat format, int channels, ImageDecodingOptions options, Func<ImageSize, PixelBox>? needed, int? leastSide)
    {
        fixed (byte* bytes = encoded.Bytes)
        {
            using var data = SKData.Create((nint)bytes, encoded.Bytes.Length);
            using var codec = SKCodec.Create(data) ?? throw Damaged(encoded, format);
            RequireFewEnough(codec.Info, encoded, options);

            // Without a colour space of ours Skia converts no colours; not premultiplied, those under transparency stay.
            var (isGrey, isOpaque) = (codec.Info.ColorType == SKColorType.Gray8, codec.Info.AlphaType == SKAlphaType.Opaque);
            var (eighths, size) = format == ImageFormat.JPEG && leastSide is { } least ? Reduced(codec, least) : (DecodedImage.FullScale, codec.Info.Size);
            var wanted = new SKImageInfo(size.Width, size.Height, isGrey ? SKColorType.Gray8 : SKColorType.Rgba8888, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            var orientation = options.ApplyOrientation ? Orientation(codec, format, encoded) : SKEncodedOrigin.TopLeft;
            var image = new DecodedImage(new(size.Height, size.Width, wanted.BytesPerPixel)) { Eighths = eighths, Size = new(codec.Info.Height, codec.Info.Width) };
            if (!TryDecodeJpeg(encoded, format, orientation == SKEncodedOrigin.TopLeft ? needed : null, image) && Decode(codec, wanted, image.Pixels) is not SKCodecResult.Success and var result)
            {
                var isCutOff = options.OnTruncated == TruncatedImagePolicy.Keep && format == ImageFormat.JPEG && !encoded.Bytes.EndsWith(JpegEnd.Marker);
                var fault = isCutOff ? null : Damage(result, codec.Info, encoded, format, options);
                if (isCutOff || fault is not null)
                    image.Dispose();
                if (isCutOff)
                    return DecodeEnded(encoded, channels, options, leastSide);
                if (fault is not null)
                    throw encoded.Fault(fault);
            }
            if (!isOpaque && options.Background is { } background)
                PixelPacking.PutBehind(image.Pixels, background);
            if (channels == 1 && !isGrey)
                image = Grey(image);
            return orientation == SKEncodedOrigin.TopLeft ? image : Upright(image, orientation);
        }
    }

    /// <summary>Decodes what is needed of a JPEG that <see cref="JpegDecoder"/> knows.</summary>
    static bool TryDecodeJpeg(in EncodedImage encoded, ImageFormat format, Func<ImageSize, PixelBox>? needed, DecodedImage image) =>
        format == ImageFormat.JPEG && image.Eighths == DecodedImage.FullScale
        && JpegDecoder.TryDecode(encoded.Bytes, needed?.Invoke(image.Size) ?? new(0, 0, image.Shape.Width, image.Shape.Height), image.Shape, image.Pixels);

    static unsafe SKCodecResult Decode(SKCodec codec, SKImageInfo wanted, Span<byte> raw)
    {
        raw.Clear(); // what a damaged file leaves out is black, not the image before
        fixed (byte* pixels = raw)
            return codec.GetPixels(wanted, (nint)pixels, wanted.RowBytes, SKCodecOptions.Default);
    }

    /// <summary>Decodes a JPEG that is cut off, with an end put to what there is.</summary>
    static DecodedImage DecodeEnded(in EncodedImage encoded, int channels, ImageDecodingOptions options, int? leastSide)
    {
        var kept = encoded.Bytes[..JpegEnd.WithoutPartOfASegment(encoded.Bytes)];
        using var ended = new Scratch<byte>(kept.Length + JpegEnd.Marker.Length);
        kept.CopyTo(ended.Span);
        JpegEnd.Marker.CopyTo(ended.Span[kept.Length..]);
        return Decode(new(ended.Span, encoded.Name), ImageFormat.JPEG, channels, options, needed: null, leastSide);
    }

    /// <summary>The smallest size that libjpeg can decode to whose shorter side is long enough; the image's own where that is not half of it or less.</summary>
    static (int Eighths, SKSizeI Size) Reduced(SKCodec codec, int leastSide)
    {
        for (var eighths = 1; eighths <= MostEighths; eighths++)
        {
            var size = codec.GetScaledDimensions((float)eighths / DecodedImage.FullScale);
            if (Math.Min(size.Width, size.Height) >= leastSide)
                return (eighths, size);
        }
        return (DecodedImage.FullScale, codec.Info.Size);
    }

    static DecodedImage Grey(DecodedImage image)
    {
        using (image)
        {
            var grey = new DecodedImage(image.Shape with { Channels = 1 }) { Eighths = image.Eighths, Size = image.Size };
            PixelPacking.ToGrey(image.Pixels, grey.Pixels);
            return grey;
        }
    }

    static DecodedImage Upright(DecodedImage image, SKEncodedOrigin orientation)
    {
        using (image)
        {
            var size = PixelTurn.ShapeOf(new(image.Size.Height, image.Size.Width, 1), orientation);
            var upright = new DecodedImage(PixelTurn.ShapeOf(image.Shape, orientation)) { Eighths = image.Eighths, Size = new(size.Height, size.Width) };
            PixelTurn.Turn(image.Pixels, image.Shape, orientation, upright.Pixels);
            return upright;
        }
    }

    // Skia finds the orientation of JPEG and WebP files, not of PNG.
    static SKEncodedOrigin Orientation(SKCodec codec, ImageFormat format, in EncodedImage encoded) =>
        format == ImageFormat.PNG ? ExifOrientation.OfPng(encoded.Bytes) : codec.EncodedOrigin;

    static void RequireFewEnough(SKImageInfo info, in EncodedImage encoded, ImageDecodingOptions options)
    {
        var pixels = (long)info.Width * info.Height;
        if (pixels > options.MaxPixels)
            throw encoded.Fault($"{info.Width}×{info.Height} pixels are more than the {options.MaxPixels} that {nameof(ImageDecodingOptions)}.{nameof(ImageDecodingOptions.MaxPixels)} allows");
    }

    /// <summary>What is wrong with a file of which a part could be decoded or none; null where the part is wanted.</summary>
    static string? Damage(SKCodecResult result, SKImageInfo info, in EncodedImage encoded, ImageFormat format, ImageDecodingOptions options)
    {
        var isPartly = result is SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput;
        if (isPartly && options.OnTruncated == TruncatedImagePolicy.Keep)
            return null;
        var fault = result == SKCodecResult.IncompleteInput ? "ends too early" : "is damaged or ends too early";
        var advice = options.OnTruncated == TruncatedImagePolicy.Keep ? "" : $". Set {nameof(ImageDecodingOptions)}.{nameof(ImageDecodingOptions.OnTruncated)} to {nameof(TruncatedImagePolicy.Keep)} to use what there is of such images";
        return $"the {format} file of {info.Width}×{info.Height} pixels {fault} ({encoded.Bytes.Length} bytes){advice}";
    }
}
