using System.Buffers.Binary;
using ResNet.Torch.Images;
using SkiaSharp;

namespace ResNet.Torch.Tests.Images.Jpeg;

/// <summary>JPEGs that Skia's encoder makes, and what its decoder, libjpeg-turbo, makes of a JPEG.</summary>
static class JpegFixture
{
    /// <summary>An image with edges, gradients and noise.</summary>
    public static byte[] Encode(int width, int height, int quality, SKJpegEncoderDownsample downsample, int seed = 0)
    {
        var random = new Random(seed + width * 1000 + height);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var edge = (x / 5 + y / 7) % 3 == 0 ? 255 : 0;
                bitmap.SetPixel(x, y, new((byte)(edge ^ random.Next(40)), (byte)(x * 255 / width), (byte)((y * 255 / height) ^ random.Next(9))));
            }
        }
        using var data = bitmap.PeekPixels().Encode(new SKJpegEncoderOptions(quality, downsample, SKJpegEncoderAlphaOption.Ignore));
        return data.ToArray();
    }

    /// <summary>A file of any components: the blocks of a grey image of noise go to them in turn.</summary>
    /// <param name="width">Columns of pixels.</param>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="transform">What Adobe's marker says of the colours: 0, CMYK; 1, YCbCr; 2, YCCK. Null: no marker.</param>
    /// <param name="sampling">The components' sampling factors, 0x22 for two along each axis; the first has the most.</param>
    public static byte[] EncodeComponents(int width, int height, byte? transform, params byte[] sampling)
    {
        var (mcuWidth, mcuHeight) = (8 * (sampling[0] >> 4), 8 * (sampling[0] & 15));
        var mcus = (width + mcuWidth - 1) / mcuWidth * ((height + mcuHeight - 1) / mcuHeight);
        var grey = EncodeGrey(8, 8 * mcus * sampling.Sum(factors => (factors >> 4) * (factors & 15)));
        var (frame, scan) = (Find(grey, 0xC0), Find(grey, 0xDA));
        var count = (byte)sampling.Length;
        byte[] adobe = transform is { } colours ? [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, colours] : [];
        return
        [
            0xFF, 0xD8, .. adobe, .. grey[2..frame],
            0xFF, 0xC0, 0, (byte)(8 + 3 * count), 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, count, .. sampling.SelectMany((factors, c) => new byte[] { (byte)c, factors, 0 }),
            .. grey[(frame + 13)..scan],
            0xFF, 0xDA, 0, (byte)(6 + 2 * count), count, .. sampling.SelectMany((_, c) => new byte[] { (byte)c, 0 }), .. grey[(scan + 7)..],
        ];
    }

    // Samples far from the mean, and means of blocks near to each other: the components get some of the differences between them, so they go astray.
    static byte[] EncodeGrey(int width, int height)
    {
        var random = new Random(height);
        using var samples = SKData.CreateCopy(Enumerable.Range(0, width * height).Select(_ => (byte)random.Next(88, 169)).ToArray());
        using var image = SKImage.FromPixels(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), samples, width);
        using var data = image.PeekPixels().Encode(new SKJpegEncoderOptions(92, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore));
        return data.ToArray();
    }

    /// <summary>An image under itself that many times, a restart marker between each two.</summary>
    public static byte[] Repeat(byte[] jpeg, int mcus, int times)
    {
        var (frame, scan) = (Find(jpeg, 0xC0), Find(jpeg, 0xDA));
        var data = scan + 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(scan + 2));
        var height = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(frame + 5));
        List<byte> repeated = [.. jpeg[..scan], 0xFF, 0xDD, 0, 4, (byte)(mcus >> 8), (byte)mcus, .. jpeg[scan..data]];
        for (var i = 0; i < times; i++)
            repeated.AddRange([.. jpeg[data..^2], 0xFF, (byte)(i == times - 1 ? 0xD9 : 0xD0 + i % 8)]);
        byte[] bytes = [.. repeated];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 5), (ushort)(height * times));
        return bytes;
    }

    /// <summary>Where a marker is.</summary>
    public static int Find(byte[] jpeg, byte marker)
    {
        var at = 2;
        while (jpeg[at + 1] != marker)
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
        return at;
    }

    /// <summary>What Skia gives: grey pixels, or RGB ones of four bytes; no pixels where it refuses them, null where it refuses the header, or the image is large.</summary>
    public static (PixelShape Shape, byte[]? Pixels)? Skia(byte[] jpeg)
    {
        using var data = SKData.CreateCopy(jpeg);
        using var codec = SKCodec.Create(data);
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > 1 << 20)
            return null;
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, codec.Info.ColorType == SKColorType.Gray8 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        return (new(info.Height, info.Width, info.BytesPerPixel), codec.GetPixels(info, out var pixels) == SKCodecResult.Success ? pixels : null);
    }
}
