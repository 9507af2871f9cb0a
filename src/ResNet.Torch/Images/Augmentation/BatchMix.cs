using System.Numerics;

namespace ResNet.Torch.Images;

/// <summary>That each image of a batch was mixed with the one before it, the first with the last.</summary>
/// <param name="Share">How much of each image, and so of its label, is its own, 0 to 1; the rest is its partner's.</param>
internal readonly record struct BatchMix(float Share)
{
    /// <summary>Blends each image of a batch, in place, with its partner (Zhang et al. 2017, arXiv:1710.09412).</summary>
    public static BatchMix Blend(Span<byte> batch, int imageBytes, float share)
    {
        EachWithPartner(batch, imageBytes, (image, partner) => Blend(image, partner, share));
        return new(share);
    }

    /// <summary>Puts a rectangle of its partner into each image of a batch (Yun et al. 2019, arXiv:1905.04899).</summary>
    public static BatchMix Paste(Span<byte> batch, PixelShape shape, PixelBox box)
    {
        EachWithPartner(batch, shape.Bytes, (image, partner) =>
        {
            for (var y = box.Top; y < box.Top + box.Height; y++)
            {
                var (from, length) = ((y * shape.Width + box.Left) * shape.Channels, box.Width * shape.Channels);
                partner.Slice(from, length).CopyTo(image[from..]);
            }
        });
        return new((float)(1 - (double)box.Width * box.Height / (shape.Width * shape.Height)));
    }

    /// <summary>The rectangle of CutMix: 1 − share of the area around a pixel drawn from all, what lies outside cut off.</summary>
    public static PixelBox DrawBox(ref SeededRandom random, int width, int height, double share)
    {
        int x = random.Next(width), y = random.Next(height);
        var reach = 0.5 * Math.Sqrt(1 - share);
        int reachX = (int)(reach * width), reachY = (int)(reach * height);
        int left = Math.Max(0, x - reachX), top = Math.Max(0, y - reachY);
        return new(left, top, Math.Min(width, x + reachX) - left, Math.Min(height, y + reachY) - top);
    }

    delegate void Mixing(Span<byte> image, ReadOnlySpan<byte> partner);

    /// <summary>From the last image to the first, so that each finds its partner unmixed; for the first, the last is kept.</summary>
    static void EachWithPartner(Span<byte> batch, int imageBytes, Mixing mix)
    {
        using var last = new Scratch<byte>(imageBytes);
        batch[^imageBytes..].CopyTo(last.Span);
        for (var start = batch.Length - imageBytes; start > 0; start -= imageBytes)
            mix(batch.Slice(start, imageBytes), batch.Slice(start - imageBytes, imageBytes));
        mix(batch[..imageBytes], last.Span);
    }

    static void Blend(Span<byte> image, ReadOnlySpan<byte> partner, float share)
    {
        var x = 0;
        for (; x + Vector<byte>.Count <= image.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(image[x..]), out var ownLow, out var ownHigh);
            Vector.Widen(new Vector<byte>(partner[x..]), out var otherLow, out var otherHigh);
            Vector.Narrow(Blended(ownLow, otherLow, share), Blended(ownHigh, otherHigh, share)).CopyTo(image[x..]);
        }
        for (; x < image.Length; x++)
            image[x] = (byte)(image[x] * share + partner[x] * (1 - share) + 0.5f);
    }

    static Vector<ushort> Blended(Vector<ushort> own, Vector<ushort> other, float share)
    {
        Vector.Widen(own, out var ownLow, out var ownHigh);
        Vector.Widen(other, out var otherLow, out var otherHigh);
        return Vector.Narrow(Blended(ownLow, otherLow, share), Blended(ownHigh, otherHigh, share));
    }

    static Vector<uint> Blended(Vector<uint> own, Vector<uint> other, float share) =>
        Vector.ConvertToInt32(
            Vector.ConvertToSingle(own.As<uint, int>()) * share + Vector.ConvertToSingle(other.As<uint, int>()) * (1 - share) + new Vector<float>(0.5f)).As<int, uint>();
}
