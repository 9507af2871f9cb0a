namespace ResNet.Torch.Images.Jpeg;

/// <summary>Reads the quantised coefficients of 8×8 blocks (ITU-T T.81, F.2.2).</summary>
internal static class EntropyDecoder
{
    const int Last = 63, LargestDcSize = 11, NoCoefficient = 64;

    /// <summary>Reads a block.</summary>
    /// <param name="source">Where the block begins; then behind it.</param>
    /// <param name="dc">Codes of the DC difference.</param>
    /// <param name="ac">Codes of the AC coefficients.</param>
    /// <param name="prediction">The DC coefficient of the component's block before; then this one's.</param>
    /// <param name="block">Zeros: <see cref="ZigZag.Room"/> of them; then the coefficients, row by row.</param>
    /// <returns>Whether there was such a block.</returns>
    public static bool Read(ref BitReader source, HuffmanTable dc, HuffmanTable ac, ref int prediction, Span<short> block)
    {
        var reader = source; // a copy stays in registers
        reader.Refill();
        var size = dc.Decode(ref reader);
        if (size is < 0 or > LargestDcSize)
            return false;
        prediction += reader.Receive(size);
        block[0] = (short)prediction;

        var pairs = ac.Pairs;
        var places = ZigZag.Places;
        int k = 0, behind; // the place of the last coefficient, and how far it is behind the one before
        do
        {
            reader.Refill();
            var entry = (int)pairs[(int)(reader.Bits >> 64 - HuffmanTable.PairBits)];
            var first = k + (entry >> 6 & 15) + 1;
            if ((entry & 63) == 0 || first >= Last)
            {
                behind = ReadOne(ref reader, ac, k, block);
                k += behind;
                continue;
            }
            reader.Drop(entry);
            behind = entry >> 10 & 63;
            k = first + behind;
            block[places[first]] = (sbyte)(entry >> 16);
            block[places[k]] = (sbyte)(entry >> 24);
        }
        while (k < Last);
        source = reader;
        return k == Last || behind == HuffmanTable.EndOfBlock;
    }

    /// <summary>Reads one coefficient behind place k.</summary>
    /// <returns>How far it is behind; <see cref="HuffmanTable.EndOfBlock"/> where the block ends, more where there is no such coefficient.</returns>
    static int ReadOne(ref BitReader reader, HuffmanTable ac, int k, Span<short> block)
    {
        var symbol = ac.Decode(ref reader);
        var (distance, size) = ((symbol >> 4) + 1, symbol & 15);
        if (symbol == 0)
            return HuffmanTable.EndOfBlock;
        if (symbol < 0 || k + distance > Last || size == 0 && symbol != PairTable.ZeroRun)
            return NoCoefficient;
        block[ZigZag.Places[k + distance]] = (short)reader.Receive(size);
        return distance;
    }
}
