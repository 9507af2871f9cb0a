using System.Numerics;

namespace ResNet.Torch.Images;

/// <summary>Random flip and padded crop of 8-bit pixels (He et al. 2015, §4.2), the same for the same seed, epoch and image.</summary>
internal readonly struct Augmentation(TrainingOptions options, int seed)
{
    /// <summary>Writes an image, changed at random, to <paramref name="target"/>; what lies outside it is black.</summary>
    public void Apply(ReadOnlySpan<byte> image, Span<byte> target, ImagePreset preset, int epoch, int index)
    {
        var random = new Random((int)BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(0, (uint)seed), (uint)epoch), (uint)index));
        var flip = options.HorizontalFlip && random.Next(2) == 1;
        var padding = options.CropPadding;
        Shift(image, target, preset, down: random.Next(-padding, padding + 1), right: random.Next(-padding, padding + 1), flip);
    }

    /// <summary>Moves an image by whole pixels and then mirrors it, if asked.</summary>
    internal static void Shift(ReadOnlySpan<byte> image, Span<byte> target, ImagePreset preset, int down, int right, bool flip)
    {
        int channels = preset.Channels, width = preset.Width, rowBytes = width * channels;
        target.Clear();
        int left = Math.Max(0, right), kept = width - Math.Abs(right);
        if (kept <= 0)
            return;
        for (var y = Math.Max(0, down); y < Math.Min(preset.Height, preset.Height + down); y++)
        {
            var from = image.Slice((y - down) * rowBytes + (left - right) * channels, kept * channels);
            var row = target.Slice(y * rowBytes, rowBytes);
            if (!flip)
            {
                from.CopyTo(row[(left * channels)..]);
                continue;
            }
            for (var x = 0; x < kept; x++)
                from.Slice(x * channels, channels).CopyTo(row[((width - 1 - left - x) * channels)..]);
        }
    }
}
