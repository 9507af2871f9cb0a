namespace ResNet.Torch.Images;

/// <summary>The pixels and labels of one step, in buffers that are used again.</summary>
internal sealed class PreparedBatch(int imageBytes)
{
    byte[] pixels = [];
    long[] labels = [];

    /// <summary>Number of images.</summary>
    public int Count { get; private set; }

    /// <summary>The images' bytes, one after the other.</summary>
    public Span<byte> Pixels => pixels.AsSpan(0, Count * imageBytes);

    /// <summary>The images' labels.</summary>
    public Span<long> Labels => labels.AsSpan(0, Count);

    /// <summary>What <see cref="BatchFinish"/> returned; null without one.</summary>
    public float? Share { get; set; }

    /// <summary>The bytes of one image.</summary>
    public Span<byte> Image(int place) => pixels.AsSpan(place * imageBytes, imageBytes);

    /// <summary>Makes room for <paramref name="count"/> images.</summary>
    public void Reset(int count)
    {
        (Count, Share) = (count, null);
        if (labels.Length >= count)
            return;
        labels = new long[count];
        pixels = GC.AllocateUninitializedArray<byte>(checked(count * imageBytes));
    }
}
