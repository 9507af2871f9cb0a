namespace ResNet.Torch.Images.Jpeg;

/// <summary>Decodes the blocks of a scan to the samples of planes.</summary>
internal ref struct JpegScan
{
    const int MostWaiting = 32; // blocks are transformed together, when what was written of their coefficients has long reached the cache

    readonly JpegHeader header;
    readonly ReadOnlySpan<JpegPlane> planes;
    readonly Span<byte> samples;
    readonly Span<short> blocks; // zeros where none is waiting
    readonly Span<(int Component, int Place)> waiting;
    EntropyCodedData data;
    BitReader reader;
    int waitingCount;

    JpegScan(JpegHeader header, ReadOnlySpan<JpegPlane> planes, Span<byte> samples, Span<short> blocks, Span<(int Component, int Place)> waiting, EntropyCodedData data)
    {
        this.header = header;
        this.planes = planes;
        this.samples = samples;
        this.blocks = blocks;
        this.waiting = waiting;
        this.data = data;
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
        Span<(int, int)> waiting = stackalloc (int, int)[MostWaiting];
        return new JpegScan(header, planes, samples, blocks.Span, waiting, new(scan, segment.Span)).Decode();
    }

    bool Decode()
    {
        var (all, wanted) = (header.McusAcross * header.McusDown, header.McusAcross * WantedRows());
        var interval = header.RestartInterval == 0 ? all : header.RestartInterval;
        for (var first = 0; first < all; first += interval)
        {
            if (!data.MoveNext(isLast: first + interval >= all))
                return false;
            reader = new(data.Segment);
            foreach (var component in header.Components)
                component.Prediction = 0;
            for (var mcu = first; mcu < Math.Min(first + interval, wanted); mcu++)
            {
                if (!DecodeMcu(mcu / header.McusAcross, mcu % header.McusAcross))
                    return false;
            }
        }
        return Transform();
    }

    readonly int WantedRows()
    {
        var rows = 0;
        for (var c = 0; c < planes.Length; c++)
            rows = Math.Max(rows, (planes[c].Bottom + header.Components[c].Down - 1) / header.Components[c].Down);
        return rows;
    }

    bool DecodeMcu(int row, int column)
    {
        for (var c = 0; c < planes.Length; c++)
        {
            var component = header.Components[c];
            for (var y = row * component.Down; y < (row + 1) * component.Down; y++)
            {
                for (var x = column * component.Across; x < (column + 1) * component.Across; x++)
                {
                    var isWanted = planes[c].Has(x, y);
                    var block = blocks.Slice((isWanted ? waitingCount : MostWaiting) * ZigZag.Room, ZigZag.Room);
                    if (!EntropyDecoder.Read(ref reader, component, block))
                        return false;
                    if (isWanted && !Wait(c, planes[c].PlaceOf(x, y)))
                        return false;
                }
            }
        }
        return reader.Dropped <= 8L * data.Length;
    }

    bool Wait(int component, int place)
    {
        waiting[waitingCount++] = (component, place);
        return waitingCount < MostWaiting || Transform();
    }

    bool Transform()
    {
        var isInOrder = true;
        for (var i = 0; i < waitingCount; i++)
        {
            var (component, place) = waiting[i];
            var block = blocks.Slice(i * ZigZag.Room, ZigZag.Room);
            isInOrder &= InverseDct.Transform(block, header.Components[component].Quantisation, samples[place..], planes[component].Stride);
            block.Clear();
        }
        waitingCount = 0;
        return isInOrder;
    }
}
