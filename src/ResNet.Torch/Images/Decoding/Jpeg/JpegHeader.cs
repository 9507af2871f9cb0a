using System.Buffers.Binary;

namespace ResNet.Torch.Images.Jpeg;

/// <summary>What stands before the one scan of a sequential 8-bit JPEG (ITU-T T.81, annex B).</summary>
internal sealed class JpegHeader(int width, int height, JpegComponent[] components)
{
    const byte Prefix = 0xFF, StartOfImage = 0xD8, Baseline = 0xC0, ExtendedSequential = 0xC1, HuffmanTables = 0xC4, StartOfScan = 0xDA, QuantisationTables = 0xDB,
        RestartIntervalDefinition = 0xDD, Application0 = 0xE0, Application14 = 0xEE, Application15 = 0xEF, Comment = 0xFE;

    const int MostBlocksOfMcu = 10; // B.2.3

    /// <summary>Columns of pixels.</summary>
    public int Width { get; } = width;

    /// <summary>Rows of pixels.</summary>
    public int Height { get; } = height;

    /// <summary>One, three or four; the thread's next JPEG takes them over.</summary>
    public JpegComponent[] Components { get; } = components;

    /// <summary>What the components are.</summary>
    public JpegColours Colours { get; private set; }

    /// <summary>MCUs between restart markers; 0: there are none.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>Where the entropy-coded data begin in the file.</summary>
    public int ScanStart { get; private set; }

    /// <summary>MCUs in a row of the image.</summary>
    public int McusAcross => Blocks(Width, Components[0].Across);

    /// <summary>MCUs in a column of the image.</summary>
    public int McusDown => Blocks(Height, Components[0].Down);

    /// <summary>Blocks of all components in an MCU.</summary>
    public int BlocksInMcu
    {
        get
        {
            var blocks = 0;
            foreach (var component in Components)
                blocks += component.Blocks;
            return blocks;
        }
    }

    static int Blocks(int pixels, int perMcu) => (pixels + 8 * perMcu - 1) / (8 * perMcu);

    /// <summary>Reads up to the scan.</summary>
    /// <returns>Null where the file is of another kind, or anything in it is out of the ordinary.</returns>
    public static JpegHeader? Read(ReadOnlySpan<byte> jpeg, JpegTables tables)
    {
        if (!jpeg.StartsWith((ReadOnlySpan<byte>)[Prefix, StartOfImage]))
            return null;
        JpegHeader? header = null;
        var (restartInterval, isJfif, adobeTransform) = (0, false, -1);
        for (var at = 2; at + 4 <= jpeg.Length && jpeg[at] == Prefix;)
        {
            var marker = jpeg[at + 1];
            if (marker == Prefix)
            {
                at++; // a fill byte
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (length < 2 || length > jpeg.Length - at - 2)
                return null;
            var segment = jpeg.Slice(at + 4, length - 2);
            at += 2 + length;
            switch (marker)
            {
                case Baseline or ExtendedSequential when header is null:
                    if ((header = ReadFrame(segment, tables)) is null)
                        return null;
                    break;
                case QuantisationTables:
                    if (!tables.DefineQuantisation(segment))
                        return null;
                    break;
                case HuffmanTables:
                    if (!tables.DefineHuffman(segment))
                        return null;
                    break;
                case RestartIntervalDefinition when segment.Length == 2:
                    restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case StartOfScan:
                    if (header?.ColoursBy(isJfif, adobeTransform) is not { } colours || !header.ReadScan(segment, tables))
                        return null;
                    (header.Colours, header.RestartInterval, header.ScanStart) = (colours, restartInterval, at);
                    return header;
                case Application0:
                    isJfif |= segment.Length >= 12 && segment.StartsWith("JFIF\0"u8);
                    break;
                case Application14 when segment.Length >= 12 && segment.StartsWith("Adobe"u8):
                    adobeTransform = segment[11];
                    break;
                case >= Application0 and <= Application15 or Comment:
                    break;
                default:
                    return null;
            }
        }
        return null;
    }

    /// <summary>T.81, B.2.2. The second and third component have half of the first one's samples or all, along each axis; a fourth has all.</summary>
    static JpegHeader? ReadFrame(ReadOnlySpan<byte> segment, JpegTables tables)
    {
        if (segment.Length < 6 || segment[0] != 8 || segment[5] is not (1 or 3 or 4) || segment.Length != 6 + 3 * segment[5])
            return null;
        var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        var components = tables.Components(segment[5]);
        for (var c = 0; c < components.Length; c++)
            components[c].Define(segment.Slice(6 + 3 * c, 3));
        var header = new JpegHeader(width, height, components);
        return height > 0 && width > 0 && header.HasKnownSampling() ? header : null;
    }

    bool HasKnownSampling()
    {
        var first = Components[0];
        if (first.Across is < 1 or > 2 || first.Down is < 1 or > 2)
            return false;
        if (Components.Length == 1)
        {
            (first.Across, first.Down) = (1, 1); // a component alone is not interleaved (T.81, A.2.2)
            return true;
        }
        var (second, third) = (Components[1], Components[2]);
        return second.Across is 1 or 2 && second.Across <= first.Across && second.Down is 1 or 2 && second.Down <= first.Down && HaveSameSampling(second, third)
            && (Components is not [_, _, _, var fourth] || HaveSameSampling(first, fourth))
            && BlocksInMcu <= MostBlocksOfMcu;
    }

    static bool HaveSameSampling(JpegComponent one, JpegComponent other) => (one.Across, one.Down) == (other.Across, other.Down);

    /// <summary>The colours by libjpeg's rules: three components are YCbCr in JFIF files, by Adobe's marker, or by their names; four are what Adobe's marker says.</summary>
    /// <returns>Null where they are others.</returns>
    JpegColours? ColoursBy(bool isJfif, int adobeTransform) => (Components.Length, adobeTransform) switch
    {
        (1, _) => JpegColours.Grey,
        (3, 1) => JpegColours.YCbCr,
        (3, -1) when isJfif || Components is [{ Name: 1 }, { Name: 2 }, { Name: 3 }] => JpegColours.YCbCr,
        (4, 0) => JpegColours.Cmyk,
        (4, 2) => JpegColours.Ycck,
        _ => null,
    };

    /// <summary>T.81, B.2.3: one scan of all components.</summary>
    bool ReadScan(ReadOnlySpan<byte> segment, JpegTables tables)
    {
        if (segment.Length != 4 + 2 * Components.Length || segment[0] != Components.Length || !segment[^3..].SequenceEqual((ReadOnlySpan<byte>)[0, 63, 0]))
            return false;
        for (var c = 0; c < Components.Length; c++)
        {
            var (component, name, places) = (Components[c], segment[1 + 2 * c], segment[2 + 2 * c]);
            if (name != component.Name || !component.Take(tables, places >> 4, places & 15))
                return false;
        }
        return true;
    }
}
