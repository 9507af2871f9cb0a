using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>Reads the quantised coefficients of 8×8 blocks (ITU-T T.81, F.2.2).</summary>
internal static class EntropyDecoder
{
    const int Last = 63, LargestDcSize = 11, NoCoefficient = 64;
    const int LargestCoefficient = 4095; // four times what there is
    const int LooksPerRefill = 4; // of 12 bits each

    /// <summary>Reads successive blocks. Many in one call: what comes between a block's end and the next one's first code is waited for.</summary>
    /// <param name="source">Where the first block begins; then behind the last.</param>
    /// <param name="mcu">The components of an MCU's blocks; their predictions become their last blocks' DC coefficients.</param>
    /// <param name="mcus">How many MCUs are read.</param>
    /// <param name="blocks">Zeros: <see cref="ZigZag.Room"/> of them for each block; then the coefficients, as <see cref="ZigZag"/> has them.</param>
    /// <returns>Whether there were such blocks.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // the registers are for this loop
    public static bool Read(ref BitReader source, ReadOnlySpan<JpegComponent> mcu, int mcus, Span<short> blocks)
    {
        // Checked here once: 12 bits are an index of the pairs, of which a table has 4,096; first is below 63 and behind at most 63, so places has them, and what it
        // gives is at most 64.
        foreach (var component in mcu)
            ArgumentOutOfRangeException.ThrowIfLessThan(component.Ac.Pairs.Length, 1 << HuffmanTable.PairBits);
        blocks = blocks[..(mcus * mcu.Length * ZigZag.Room)];
        var reader = source; // a copy stays in registers
        ref var places = ref MemoryMarshal.GetReference(ZigZag.Places);
        for (int at = 0, next = 0; at < blocks.Length; at += ZigZag.Room)
        {
            var component = mcu[next++];
            if (next == mcu.Length)
                next = 0;
            reader.Refill();
            var size = component.Dc.Decode(ref reader);
            if (size is < 0 or > LargestDcSize)
                return false;
            component.Prediction += reader.Receive(size);
            if (!IsInOrder(component, 0, component.Prediction))
                return false;
            ref var coefficients = ref Unsafe.Add(ref MemoryMarshal.GetReference(blocks), at);
            coefficients = (short)component.Prediction;
            ref var pairs = ref MemoryMarshal.GetReference(component.Ac.Pairs);
            nint k = 0, behind; // the place of the last coefficient, and how far it is behind the one before
            do
            {
                reader.Refill();
                var looks = LooksPerRefill;
                do
                {
                    var entry = Unsafe.Add(ref pairs, (nint)(reader.Bits >> 64 - HuffmanTable.PairBits));
                    var first = k + (nint)(entry >> 6 & 63);
                    if (first >= Last)
                    {
                        reader.Refill();
                        var one = ReadOne(reader.Bits, entry, component, (int)k, ref coefficients);
                        reader.Drop(one & 63);
                        behind = one >> 6;
                        k += behind;
                        break;
                    }
                    reader.Drop(entry); // its lowest bits
                    behind = (nint)(entry >> 12 & 63);
                    k = first + behind;
                    // The second before the first, which stands there too where there is no second.
                    Unsafe.Add(ref coefficients, (nint)Unsafe.Add(ref places, k)) = (short)((int)entry >> 26);
                    Unsafe.Add(ref coefficients, (nint)Unsafe.Add(ref places, first)) = (short)((int)entry << 6 >> 24);
                }
                while (k < Last && --looks > 0);
            }
            while (k < Last);
            if (k != Last && behind != HuffmanTable.EndOfBlock)
                return false;
        }
        source = reader;
        return true;
    }

    /// <summary>Reads one coefficient behind place k.</summary>
    /// <returns>In the lowest 6 bits, of how many it was made; then how far it is behind: <see cref="HuffmanTable.EndOfBlock"/> where the block ends, more where there is no such coefficient.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // rare: one look-up in thirty of photographs
    static int ReadOne(ulong bits, uint entry, JpegComponent component, int k, ref short block)
    {
        var (length, symbol) = HuffmanTable.Code(entry);
        if (length == 0)
            symbol = component.Ac.Find(bits, out length);
        var (distance, size) = ((symbol >> 4) + 1, symbol & 15);
        if (symbol == 0)
            return length | HuffmanTable.EndOfBlock << 6;
        if (symbol < 0 || k + distance > Last || size == 0 && symbol != PairTable.ZeroRun)
            return NoCoefficient << 6;
        int place = ZigZag.Places[k + distance], value = BitReader.Value(bits << length, size);
        Unsafe.Add(ref block, place) = (short)value;
        return IsInOrder(component, place, value) ? length + size | distance << 6 : NoCoefficient << 6;
    }

    /// <summary>Whether an encoder of 8-bit samples can have written such a coefficient. Pairs need no look: theirs are too small to be too large for 16 bits.</summary>
    static bool IsInOrder(JpegComponent component, int place, int value) => Math.Abs((long)value * component.Quantisation[place]) <= LargestCoefficient;
}
