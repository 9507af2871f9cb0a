using SkiaSharp;

namespace ResNet.Torch.Images;

/// <summary>Decodes image files to 8-bit pixels; any number of threads may.</summary>
internal static class ImageDecoder
{
    // libjpeg is hardly faster at five eighths of the size and more.
    const int BytesPerColour = 4, MostEighths = 4;

    /// <summary>Decodes an image, upright.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="channels">3 for RGB, 1 for grey.</param>
    /// <param name="options">Orientation, background and limits.</param>
    /// <param name="leastSide">A JPEG may be decoded smaller, with at least that many pixels along its shorter side; null: in its own size.</param>
    /// <returns>The pixels, which the caller disposes.</returns>
    /// <exception cref="ImageDecodingException">It is no image, has too many pixels, or is damaged.</exception>
    public static DecodedImage Decode(in EncodedImage encoded, int channels, ImageDecodingOptions options, int? leastSide = null)
    {
        var format = ImageSignature.Of(encoded.Bytes) ?? throw encoded.Fault(ImageSignature.Unknown(encoded.Bytes));
        if (format != ImageFormat.GIF || options.Background is not null || !GifTransparency.IsUsed(encoded.Bytes))
            return Decode(encoded, format, channels, options, leastSide);
        using var opaque = new Scratch<byte>(encoded.Bytes.Length);
        encoded.Bytes.CopyTo(opaque.Span);
        GifTransparency.Remove(opaque.Span);
        return Decode(new(opaque.Span, encoded.Name), format, channels, options, leastSide);
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

    static unsafe DecodedImage Decode(in EncodedImage encoded, ImageFormat format, int channels, ImageDecodingOptions options, int? leastSide)
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
            using var raw = new Scratch<byte>(wanted.BytesSize);
            raw.Span.Clear(); // what a damaged file leaves out is black, not the image before
            SKCodecResult result;
            fixed (byte* pixels = raw.Span)
                result = codec.GetPixels(wanted, (nint)pixels, wanted.RowBytes, SKCodecOptions.Default);

            if (result != SKCodecResult.Success && options.OnTruncated == TruncatedImagePolicy.Keep && format == ImageFormat.JPEG && !encoded.Bytes.EndsWith(JpegEnd.Marker))
                return DecodeEnded(encoded, channels, options, leastSide);
            RequireDecoded(result, codec.Info, encoded, format, options);

            if (!isOpaque && options.Background is { } background)
                PixelPacking.PutBehind(raw.Span, background);
            var orientation = options.ApplyOrientation ? Orientation(codec, format, encoded) : SKEncodedOrigin.TopLeft;
            var upright = PixelTurn.ShapeOf(new(codec.Info.Height, codec.Info.Width, channels), orientation);
            var shape = new PixelShape(size.Height, size.Width, channels);
            var image = new DecodedImage(PixelTurn.ShapeOf(shape, orientation)) { Eighths = eighths, Size = new(upright.Height, upright.Width) };
            PutUpright(raw.Span, isGrey ? 1 : BytesPerColour, shape, orientation, image.Pixels);
            return image;
        }
    }

    /// <summary>Decodes a JPEG that is cut off, with an end put to what there is.</summary>
    static DecodedImage DecodeEnded(in EncodedImage encoded, int channels, ImageDecodingOptions options, int? leastSide)
    {
        var kept = encoded.Bytes[..JpegEnd.WithoutPartOfASegment(encoded.Bytes)];
        using var ended = new Scratch<byte>(kept.Length + JpegEnd.Marker.Length);
        kept.CopyTo(ended.Span);
        JpegEnd.Marker.CopyTo(ended.Span[kept.Length..]);
        return Decode(new(ended.Span, encoded.Name), ImageFormat.JPEG, channels, options, leastSide);
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

    static void PutUpright(ReadOnlySpan<byte> raw, int rawChannels, PixelShape shape, SKEncodedOrigin orientation, Span<byte> target)
    {
        if (orientation == SKEncodedOrigin.TopLeft)
        {
            PixelPacking.Pack(raw, rawChannels, target, shape.Channels);
            return;
        }
        using var lying = new Scratch<byte>(shape.Bytes);
        PixelPacking.Pack(raw, rawChannels, lying.Span, shape.Channels);
        PixelTurn.Turn(lying.Span, shape, orientation, target);
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

    static void RequireDecoded(SKCodecResult result, SKImageInfo info, in EncodedImage encoded, ImageFormat format, ImageDecodingOptions options)
    {
        if (result == SKCodecResult.Success)
            return;
        var isPartly = result is SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput;
        if (isPartly && options.OnTruncated == TruncatedImagePolicy.Keep)
            return;
        var fault = result == SKCodecResult.IncompleteInput ? "ends too early" : "is damaged or ends too early";
        var advice = options.OnTruncated == TruncatedImagePolicy.Keep ? "" : $". Set {nameof(ImageDecodingOptions)}.{nameof(ImageDecodingOptions.OnTruncated)} to {nameof(TruncatedImagePolicy.Keep)} to use what there is of such images";
        throw encoded.Fault($"the {format} file of {info.Width}×{info.Height} pixels {fault} ({encoded.Bytes.Length} bytes){advice}");
    }
}
