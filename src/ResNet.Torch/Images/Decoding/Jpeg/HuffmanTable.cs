using System.Runtime.CompilerServices;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>A Huffman table of a JPEG (ITU-T T.81, annex C), made ready for look-ups; it can be given another table's codes.</summary>
internal sealed class HuffmanTable
{
    /// <summary>Bits that the first look-up takes for codes, and for AC codes with the bits behind them.</summary>
    public const int CodeBits = 9, PairBits = 12;

    /// <summary>How far an entry of <see cref="Pairs"/> that meets the end of the block goes on: past its last coefficient.</summary>
    public const int EndOfBlock = 63;

    /// <summary>An entry of <see cref="Pairs"/> whose bits do not suffice for a coefficient: it would be behind the block's last. Of its code it has the length and the symbol, if the bits suffice for that.</summary>
    public const uint NoPair = 63 << 6;

    public const int LongestCode = 16, MostSymbols = 256;

    const int CountBytes = LongestCode;
    const byte LargestDcSize = 15; // for libjpeg, which looks at all of a table's symbols before it decodes

    readonly byte[] definition = new byte[CountBytes + MostSymbols];
    readonly ushort[] codes = new ushort[1 << CodeBits];
    readonly uint[] pairs;
    readonly int[] ends = new int[LongestCode + 1], firsts = new int[LongestCode + 1];
    int definedBytes;

    /// <param name="isAc">Whether its symbols are runs and sizes of AC coefficients; otherwise they are sizes of DC differences.</param>
    public HuffmanTable(bool isAc) => pairs = isAc ? new uint[1 << PairBits] : [];

    /// <summary>
    /// For the next bits of AC coefficients, from the lowest bit of an entry: 6 bits, how many of them make up one or two coefficients; 6, how far the first is
    /// behind the one before; 6, how far the second is behind the first (0: there is no second; <see cref="EndOfBlock"/>: the block ends);
    /// 8, the first's value; 6, the second's.
    /// </summary>
    public ReadOnlySpan<uint> Pairs => pairs;

    /// <summary>Takes on a table's codes.</summary>
    /// <param name="counts">How many codes there are of 1 to 16 bits.</param>
    /// <param name="symbols">What they stand for, the shortest codes' first; 1 to 256.</param>
    /// <returns>Whether such codes exist; if not, the table is not defined.</returns>
    public bool Define(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        var now = definition.AsSpan(0, definedBytes);
        if (now.StartsWith(counts) && now[CountBytes..].SequenceEqual(symbols))
            return true; // most files of a collection have the same tables
        definedBytes = 0;
        if (!AreCodes(counts) || pairs.Length == 0 && symbols.ContainsAnyExceptInRange((byte)0, LargestDcSize))
            return false;
        counts.CopyTo(definition);
        symbols.CopyTo(definition.AsSpan(CountBytes));
        definedBytes = CountBytes + symbols.Length;
        AssignCodes(counts, symbols);
        if (pairs.Length > 0)
            PairTable.Fill(pairs, counts, symbols);
        return true;
    }

    /// <summary>Reads a symbol. 32 bits after a <see cref="BitReader.Refill"/> suffice for it and for the value behind it.</summary>
    /// <returns>−1 where there is no such code.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(ref BitReader reader)
    {
        var symbol = Find(reader.Bits, out var length);
        reader.Drop(length);
        return symbol;
    }

    /// <summary>The code that an entry of <see cref="Pairs"/> has instead of coefficients; its length is 0 where it has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Length, int Symbol) Code(uint entry) => (entry & NoPair) == NoPair ? ((int)(entry & 63), (int)(entry >> 12)) : default;

    /// <summary>The symbol of the code that bits begin with.</summary>
    /// <param name="bits">The next bits, the first of them highest.</param>
    /// <param name="length">The code's.</param>
    /// <returns>−1 where there is no such code.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong bits, out int length)
    {
        int entry = codes[bits >> 64 - CodeBits];
        if (entry == 0)
            entry = FindLonger((int)(bits >> 64 - LongestCode));
        length = entry & 63;
        return (entry >> 8) - 1;
    }

    /// <summary>The code at the beginning of 16 bits, of more bits than the first look-up takes.</summary>
    int FindLonger(int bits)
    {
        for (var length = CodeBits + 1; length <= LongestCode; length++)
        {
            if (bits < ends[length])
                return Entry(definition[CountBytes + firsts[length] + (bits >> LongestCode - length)], length);
        }
        return 0;
    }

    static ushort Entry(byte symbol, int length) => (ushort)(symbol + 1 << 8 | length);

    void AssignCodes(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        codes.AsSpan().Clear();
        int code = 0, next = 0;
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            firsts[length] = next - code;
            foreach (var symbol in symbols.Slice(next, counts[length - 1]))
            {
                if (length <= CodeBits)
                    codes.AsSpan(code << CodeBits - length, 1 << CodeBits - length).Fill(Entry(symbol, length));
                code++;
            }
            next += counts[length - 1];
            ends[length] = code << LongestCode - length;
        }
    }

    /// <summary>Whether there are as many codes of those lengths; one of all ones is never used (T.81, annex C).</summary>
    static bool AreCodes(ReadOnlySpan<byte> counts)
    {
        var code = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            code = 2 * code + counts[length - 1];
            if (code >= 1 << length)
                return false;
        }
        return true;
    }
}
