namespace ResNet.Torch.Images.Jpeg;

/// <summary>Decodes the blocks of a scan to the samples of planes.</summary>
internal ref struct JpegScan
{
    const int MostWaiting = 32; // blocks are transformed together, when what was written of their coefficients has long reached the cache

    readonly JpegHeader header;
    readonly ScanBlock[] mcu;
    readonly int mcusAcross, mcusWanted;
    readonly Span<byte> samples;
    readonly Span<short> blocks; // zeros where none is waiting
    readonly Span<Waiting> waiting;
    EntropyCodedData data;
    BitReader reader;
    int waitingCount;

    JpegScan(JpegHeader header, ReadOnlySpan<JpegPlane> planes, Span<byte> samples, Span<short> blocks, Span<Waiting> waiting, EntropyCodedData data)
    {
        this.header = header;
        this.samples = samples;
        this.blocks = blocks;
        this.waiting = waiting;
        this.data = data;
        mcu = ScanBlock.Of(header, planes);
        mcusAcross = header.McusAcross;
        mcusWanted = mcusAcross * WantedRows(header, planes);
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
        using var blocks = new Scratch<short>((MostWaiting + 1) * ZigZag.Room);
        Span<Waiting> waiting = stackalloc Waiting[MostWaiting];
        return new JpegScan(header, planes, samples, blocks.Span, waiting, new(scan, segment.Span)).Decode();
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
        return Transform();
    }

    bool DecodeMcus(int first, int end)
    {
        for (int at = first, last; at < end; at = last)
        {
            var (row, column) = Math.DivRem(at, mcusAcross);
            last = Math.Min(end, (row + 1) * mcusAcross);
            for (var i = 0; i < mcu.Length; i++)
                mcu[i].Start(row, column);
            for (; at < last; at++)
            {
                for (var i = 0; i < mcu.Length; i++)
                {
                    if (!DecodeBlock(i))
                        return false;
                }
                if (reader.Dropped > 8L * data.Length)
                    return false;
            }
        }
        return true;
    }

    bool DecodeBlock(int index)
    {
        ref var block = ref mcu[index];
        var place = block.Next();
        if (!EntropyDecoder.Read(ref reader, block.Component, blocks.Slice((place < 0 ? MostWaiting : waitingCount) * ZigZag.Room, ZigZag.Room)))
            return false;
        if (place < 0)
            return true;
        waiting[waitingCount++] = new(index, place);
        return waitingCount < MostWaiting || Transform();
    }

    bool Transform()
    {
        var isInOrder = true;
        for (var i = 0; i < waitingCount; i++)
        {
            ref var of = ref mcu[waiting[i].Index];
            isInOrder &= InverseDct.Transform(blocks.Slice(i * ZigZag.Room, ZigZag.Room), of.Component.Quantisation, samples[waiting[i].Place..], of.Stride);
        }
        blocks[..(waitingCount * ZigZag.Room)].Clear();
        waitingCount = 0;
        return isInOrder;
    }

    /// <summary>A block that has been read: which of its MCU's, and where its samples go.</summary>
    readonly record struct Waiting(int Index, int Place);
}
