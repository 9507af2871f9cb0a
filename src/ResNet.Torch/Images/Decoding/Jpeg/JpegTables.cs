namespace ResNet.Torch.Images.Jpeg;

/// <summary>Quantisation and Huffman tables that a JPEG defines, and room for its components; kept for the thread's next one, which has mostly the same.</summary>
internal sealed class JpegTables
{
    const int Places = 4; // ITU-T T.81, B.2.4

    [ThreadStatic]
    static JpegTables? ofThread;

    readonly short[]?[] quantisation = new short[]?[Places];
    readonly HuffmanTable?[] dc = new HuffmanTable?[Places], ac = new HuffmanTable?[Places];
    readonly JpegComponent[]?[] components = new JpegComponent[]?[Places + 1]; // by how many there are
    int defined; // a bit for each table that the present image has

    /// <summary>The thread's tables, none of them defined.</summary>
    public static JpegTables Empty()
    {
        var tables = ofThread ??= new();
        tables.defined = 0;
        return tables;
    }

    /// <summary>So many components, for the present image to define.</summary>
    public JpegComponent[] Components(int count) => components[count] ??= [.. Enumerable.Range(0, count).Select(_ => new JpegComponent())];

    /// <summary>The factors of a table, as <see cref="ZigZag"/> has them; null where the image does not define it.</summary>
    public short[]? Quantisation(int place) => IsDefined(0, place) ? quantisation[place] : null;

    public HuffmanTable? Dc(int place) => IsDefined(1, place) ? dc[place] : null;

    public HuffmanTable? Ac(int place) => IsDefined(2, place) ? ac[place] : null;

    /// <summary>Takes on the tables of a DQT segment (T.81, B.2.4.1) of 8-bit factors.</summary>
    /// <returns>Whether it is one.</returns>
    public bool DefineQuantisation(ReadOnlySpan<byte> segment)
    {
        for (; segment.Length > ZigZag.Coefficients; segment = segment[(1 + ZigZag.Coefficients)..])
        {
            int place = segment[0];
            if (place >= Places)
                return false;
            var factors = quantisation[place] ??= new short[ZigZag.Coefficients];
            for (var k = 0; k < factors.Length; k++)
                factors[ZigZag.Places[k]] = segment[1 + k];
            SetDefined(0, place);
        }
        return segment.IsEmpty;
    }

    /// <summary>Takes on the tables of a DHT segment (T.81, B.2.4.2).</summary>
    /// <returns>Whether it is one.</returns>
    public bool DefineHuffman(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > HuffmanTable.LongestCode)
        {
            var (isAc, place) = (segment[0] >> 4, segment[0] & 15);
            var counts = segment.Slice(1, HuffmanTable.LongestCode);
            var total = 0;
            foreach (var count in counts)
                total += count;
            segment = segment[(1 + counts.Length)..];
            if (isAc > 1 || place >= Places || total is 0 or > HuffmanTable.MostSymbols || total > segment.Length)
                return false;
            var table = (isAc == 1 ? ac : dc)[place] ??= new(isAc == 1);
            if (!table.Define(counts, segment[..total]))
                return false;
            segment = segment[total..];
            SetDefined(1 + isAc, place);
        }
        return segment.IsEmpty;
    }

    bool IsDefined(int kind, int place) => place < Places && (defined >> kind * Places + place & 1) != 0;

    void SetDefined(int kind, int place) => defined |= 1 << kind * Places + place;
}
