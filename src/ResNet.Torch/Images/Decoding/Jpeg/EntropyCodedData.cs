namespace ResNet.Torch.Images.Jpeg;

/// <summary>A scan's entropy-coded segments, one after the other, without the zero bytes that are stuffed behind 0xFF (ITU-T T.81, F.1.2.3).</summary>
/// <param name="scan">The file from the scan's first segment on.</param>
/// <param name="segment">Room for <see cref="RoomFor"/> that many bytes.</param>
internal ref struct EntropyCodedData(ReadOnlySpan<byte> scan, Span<byte> segment)
{
    const byte Prefix = 0xFF, EndOfImage = 0xD9, FirstRestart = 0xD0, Restarts = 8;

    readonly Span<byte> segment = segment;
    ReadOnlySpan<byte> rest = scan;
    int restart;

    public static int RoomFor(int scanBytes) => scanBytes + BitReader.Padding;

    /// <summary>The segment's bytes, and behind them <see cref="BitReader.Padding"/> zeros.</summary>
    public readonly ReadOnlySpan<byte> Segment => segment;

    /// <summary>Bytes of the segment.</summary>
    public int Length { get; private set; }

    /// <summary>Takes the next segment.</summary>
    /// <param name="isLast">Whether it is the image's last: the end of the image comes behind it, otherwise the restart marker whose turn it is.</param>
    /// <returns>Whether that is so.</returns>
    public bool MoveNext(bool isLast)
    {
        Length = 0;
        while (rest.IndexOf(Prefix) is >= 0 and var plain && plain + 1 < rest.Length)
        {
            var isStuffed = rest[plain + 1] == 0;
            rest[..(isStuffed ? plain + 1 : plain)].CopyTo(segment[Length..]);
            Length += isStuffed ? plain + 1 : plain;
            var marker = rest[plain + 1];
            rest = rest[(plain + 2)..];
            if (isStuffed)
                continue;
            segment.Slice(Length, BitReader.Padding).Clear();
            return isLast ? marker == EndOfImage : marker == FirstRestart + restart++ % Restarts;
        }
        return false;
    }
}
