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

    /// <summary>What Skia gives: grey pixels, or RGB ones of four bytes; null where it cannot.</summary>
    public static (PixelShape Shape, byte[] Pixels)? Skia(byte[] jpeg)
    {
        using var data = SKData.CreateCopy(jpeg);
        using var codec = SKCodec.Create(data);
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > 1 << 20)
            return null;
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, codec.Info.ColorType == SKColorType.Gray8 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        return codec.GetPixels(info, out var pixels) == SKCodecResult.Success ? (new(info.Height, info.Width, info.BytesPerPixel), pixels) : null;
    }
}
