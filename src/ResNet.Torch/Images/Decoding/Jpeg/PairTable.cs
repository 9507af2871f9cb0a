namespace ResNet.Torch.Images.Jpeg;

/// <summary>Works out which one or two coefficients each pattern of bits begins with: see <see cref="HuffmanTable.Pairs"/>.</summary>
internal static class PairTable
{
    /// <summary>The symbol of 16 zeros.</summary>
    public const int ZeroRun = 0xF0;

    const int Bits = HuffmanTable.PairBits, Entries = 1 << Bits, LengthMask = 15;
    const int LargestSize = 7; // values of more bits do not fit an entry's 8

    /// <summary>Fills a table. Files have tables of their own as a rule, so it takes a loop of few operations over each entry.</summary>
    public static void Fill(Span<uint> pairs, ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        // Each pattern's first coefficient, put where an entry has its second: 4 bits of length, 6 of nothing, 6 of distance, 8 of nothing, 8 of value.
        Span<uint> seconds = stackalloc uint[Entries];
        seconds.Clear();
        FillSingles(seconds, counts, symbols);
        for (var bits = 0; bits < Entries;)
        {
            var first = seconds[bits];
            var length = (int)(first & LengthMask);
            if (length == 0)
            {
                pairs[bits++] = HuffmanTable.NoPair;
                continue;
            }
            var same = 1 << Bits - length;
            Combine(first, seconds, pairs.Slice(bits, same));
            bits += same;
        }
    }

    /// <summary>Entries of the patterns that begin with a coefficient.</summary>
    static void Combine(uint first, ReadOnlySpan<uint> seconds, Span<uint> pairs)
    {
        var length = (int)(first & LengthMask);
        var distance = first >> 10 & 63;
        if (distance == HuffmanTable.EndOfBlock)
        {
            pairs.Fill(first | 1 << 4); // behind a first coefficient of 0, which the block has anyway
            return;
        }
        var (value, left) = (first >> 24, (uint)(Bits - length));
        var firstPart = (uint)length | distance << 4 | value << 16;
        var alone = firstPart | value << 24;
        for (var i = 0; i < pairs.Length; i++)
        {
            var second = seconds[i << length];
            pairs[i] = (second & LengthMask) - 1 < left ? firstPart + second : alone;
        }
    }

    static void FillSingles(Span<uint> seconds, ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        int code = 0, next = 0;
        for (var length = 1; length <= Bits; length++, code <<= 1)
        {
            foreach (var symbol in symbols.Slice(next, counts[length - 1]))
                FillSingle(seconds, code++ << Bits - length, length, symbol);
            next += counts[length - 1];
        }
    }

    /// <summary>A code and all the values that its bits may be followed by (T.81, F.1.2.2).</summary>
    static void FillSingle(Span<uint> seconds, int at, int length, byte symbol)
    {
        var (run, size) = (symbol >> 4, symbol & 15);
        if (size == 0 && symbol is not (0 or ZeroRun) || size > LargestSize || length + size > Bits)
            return;
        var same = 1 << Bits - length - size;
        var entry = (uint)(length + size | (symbol == 0 ? HuffmanTable.EndOfBlock : run + 1) << 10);
        for (var extra = 0; extra < 1 << size; extra++, at += same)
            seconds.Slice(at, same).Fill(entry | (uint)BitReader.Extend(extra, size) << 24);
    }
}
