namespace ResNet.Torch.Images.Jpeg;

/// <summary>Works out which one or two coefficients each pattern of bits begins with: see <see cref="HuffmanTable.Pairs"/>.</summary>
internal static class PairTable
{
    /// <summary>The symbol of 16 zeros.</summary>
    public const int ZeroRun = 0xF0;

    const int Bits = HuffmanTable.PairBits, Entries = 1 << Bits, LengthMask = 63;
    const int LargestSize = 7, LargestSecondSize = 5; // of values that fit an entry's 8 bits and its 6
    const int SecondValue = 26, FirstOnlyValue = 24; // where the values begin
    const uint IsFirstOnly = 64, IsCodeOnly = 128;

    /// <summary>Fills a table. Files have tables of their own as a rule, so it takes a loop of few operations over each entry.</summary>
    public static void Fill(Span<uint> pairs, ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        // Each pattern's first coefficient, put where an entry has its second: 6 bits of length, one that says that it does not fit there and one that
        // there is only its code, 4 of nothing, 6 of distance, and at the end the value; or behind the 12 the code's symbol.
        Span<uint> seconds = stackalloc uint[Entries];
        seconds.Clear();
        FillSingles(seconds, counts, symbols);
        for (var bits = 0; bits < Entries;)
        {
            var first = seconds[bits];
            var length = (int)(first & LengthMask);
            if (length == 0 || (first & IsCodeOnly) != 0)
            {
                pairs[bits++] = HuffmanTable.NoPair | first & ~IsCodeOnly;
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
        var distance = first >> 12 & 63;
        if (distance == HuffmanTable.EndOfBlock)
        {
            pairs.Fill(first | 1 << 6); // behind a first coefficient of 0, which the block has anyway
            return;
        }
        var value = (int)first >> ((first & IsFirstOnly) == 0 ? SecondValue : FirstOnlyValue);
        var (alone, left) = ((uint)length | distance << 6 | (uint)(value & 255) << 18, (uint)(Bits - length));
        for (var i = 0; i < pairs.Length; i++)
        {
            var second = seconds[i << length];
            pairs[i] = (second & (LengthMask | IsFirstOnly | IsCodeOnly)) - 1 < left ? alone + second : alone;
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
        {
            seconds.Slice(at, 1 << Bits - length).Fill((uint)length | IsCodeOnly | (uint)symbol << 12);
            return;
        }
        var same = 1 << Bits - length - size;
        var entry = (uint)(length + size | (symbol == 0 ? HuffmanTable.EndOfBlock : run + 1) << 12);
        var place = SecondValue;
        if (size > LargestSecondSize)
            (entry, place) = (entry | IsFirstOnly, FirstOnlyValue);
        for (var extra = 0; extra < 1 << size; extra++, at += same)
            seconds.Slice(at, same).Fill(entry | (uint)BitReader.Extend(extra, size) << place);
    }
}
