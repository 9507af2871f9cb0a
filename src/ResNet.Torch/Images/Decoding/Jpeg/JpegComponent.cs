namespace ResNet.Torch.Images.Jpeg;

/// <summary>A component of a JPEG: luma, one of two chromas, or an ink.</summary>
internal sealed class JpegComponent
{
    int quantisationPlace;

    /// <summary>By which the scan calls it.</summary>
    public byte Name { get; private set; }

    /// <summary>Blocks of it in an MCU's row, the horizontal sampling factor.</summary>
    public int Across { get; set; }

    /// <summary>Blocks of it in an MCU's column, the vertical sampling factor.</summary>
    public int Down { get; set; }

    /// <summary>Blocks of it in an MCU.</summary>
    public int Blocks => Across * Down;

    /// <summary>The factors of its coefficients, as <see cref="ZigZag"/> has them.</summary>
    public short[] Quantisation { get; private set; } = [];

    public HuffmanTable Dc { get; private set; } = null!;

    public HuffmanTable Ac { get; private set; } = null!;

    /// <summary>The DC coefficient of the block before.</summary>
    public int Prediction;

    /// <summary>Makes it what three bytes of a frame's header say (T.81, B.2.2): a name, sampling factors, and which quantisation table.</summary>
    public void Define(ReadOnlySpan<byte> parameters)
    {
        (Name, Across, Down, quantisationPlace) = (parameters[0], parameters[1] >> 4, parameters[1] & 15, parameters[2]);
        Prediction = 0;
    }

    /// <summary>Looks up its tables.</summary>
    /// <returns>Whether the image defines them.</returns>
    public bool Take(JpegTables tables, int dcPlace, int acPlace)
    {
        if (tables.Quantisation(quantisationPlace) is not { } quantisation || tables.Dc(dcPlace) is not { } dc || tables.Ac(acPlace) is not { } ac)
            return false;
        (Quantisation, Dc, Ac) = (quantisation, dc, ac);
        return true;
    }
}
