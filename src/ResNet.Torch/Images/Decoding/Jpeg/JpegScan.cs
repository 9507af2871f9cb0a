using System.Buffers;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>Decodes the blocks of a scan to the samples of planes.</summary>
internal ref struct JpegScan
{
    const int BlocksAtOnce = 32; // transformed when what was written of their coefficients has long reached the cache

    readonly JpegHeader header;
    readonly Span<ScanBlock> mcu;
    readonly ReadOnlySpan<JpegComponent> components; // of the MCU's blocks
    readonly int mcusAcross, mcusWanted;
    readonly Span<byte> samples;
    readonly Span<short> blocks; // zeros
    EntropyCodedData data;
    BitReader reader;

    JpegScan(JpegHeader header, ReadOnlySpan<JpegPlane> planes, Span<byte> samples, Span<short> blocks, Span<ScanBlock> mcu, Span<JpegComponent> components, EntropyCodedData data)
    {
        this.header = header;
        this.samples = samples;
        this.blocks = blocks;
        this.mcu = mcu;
        this.components = components;
        this.data = data;
        mcusAcross = header.McusAcross;
        mcusWanted = mcusAcross * WantedRows(header, planes);
        ScanBlock.Fill(header, planes, mcu, components);
        blocks.Clear();
    }

    /// <summary>Decodes what the planes keep.</summary>
    /// <param name="header">What stands before the scan.</param>
    /// <param name="scan">The file from the scan's entropy-coded data on.</param>
    /// <param name="planes">The components' planes.</param>
    /// <param name="samples">Their samples.</param>
    /// <returns>Whether the scan is as it should be; behind the last row that is wanted only its markers are looked at.</returns>
    public static bool Decode(JpegHeader header, ReadOnlySpan<byte> scan, ReadOnlySpan<JpegPlane> planes, Span<byte> samples)
    {
        using var segment = new Scratch<byte>(EntropyCodedData.RoomFor(scan.Length));
        using var blocks = Scratch<short>.OnLines(BlocksAtOnce * ZigZag.Room);
        var count = header.BlocksInMcu;
        var mcu = ArrayPool<ScanBlock>.Shared.Rent(count);
        var components = ArrayPool<JpegComponent>.Shared.Rent(count);
        try
        {
            return new JpegScan(header, planes, samples, blocks.Span, mcu.AsSpan(0, count), components.AsSpan(0, count), new(scan, segment.Span)).Decode();
        }
        finally
        {
            ArrayPool<ScanBlock>.Shared.Return(mcu, clearArray: true);
            ArrayPool<JpegComponent>.Shared.Return(components, clearArray: true);
        }
    }

    static int WantedRows(JpegHeader header, ReadOnlySpan<JpegPlane> planes)
    {
        var rows = 0;
        for (var c = 0; c < planes.Length; c++)
            rows = Math.Max(rows, (planes[c].Bottom + header.Components[c].Down - 1) / header.Components[c].Down);
        return rows;
    }

    bool Decode()
    {
        var all = mcusAcross * header.McusDown;
        var interval = header.RestartInterval == 0 ? all : header.RestartInterval;
        for (var first = 0; first < all; first += interval)
        {
            if (!data.MoveNext(isLast: first + interval >= all))
                return false;
            reader = new(data.Segment);
            foreach (var component in header.Components)
                component.Prediction = 0;
            if (!DecodeMcus(first, Math.Min(first + interval, mcusWanted)))
                return false;
        }
        return true;
    }

    bool DecodeMcus(int first, int end)
    {
        var atOnce = BlocksAtOnce / mcu.Length;
        for (var at = first; at < end;)
        {
            var (row, column) = Math.DivRem(at, mcusAcross);
            var rowEnd = Math.Min(end, (row + 1) * mcusAcross);
            for (var i = 0; i < mcu.Length; i++)
                mcu[i].Start(row, column);
            for (; at < rowEnd; at += atOnce)
            {
                var mcus = Math.Min(atOnce, rowEnd - at);
                if (!EntropyDecoder.Read(ref reader, components, mcus, blocks) || reader.Dropped > 8L * data.Length || !Transform(mcus))
                    return false;
            }
            at = rowEnd;
        }
        return true;
    }

    bool Transform(int mcus)
    {
        var isInOrder = true;
        for (int next = 0, end = mcus * mcu.Length; next < end;)
        {
            for (var i = 0; i < mcu.Length; i++, next++)
            {
                ref var of = ref mcu[i];
                if (of.Next() is >= 0 and var place)
                    isInOrder &= InverseDct.Transform(blocks.Slice(next * ZigZag.Room, ZigZag.Room), of.Component.Quantisation, samples[place..], of.Stride);
            }
        }
        blocks[..(mcus * mcu.Length * ZigZag.Room)].Clear();
        return isInOrder;
    }
}
