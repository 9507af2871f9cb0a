namespace ResNet.Torch.Images.Jpeg;

/// <summary>A component of a JPEG: luma, one of two chromas, or an ink.</summary>
/// <param name="name">By which the scan calls it.</param>
/// <param name="across">Blocks of it in an MCU's row, the horizontal sampling factor.</param>
/// <param name="down">Blocks of it in an MCU's column, the vertical sampling factor.</param>
/// <param name="quantisationPlace">Which quantisation table it has.</param>
internal sealed class JpegComponent(byte name, int across, int down, int quantisationPlace)
{
    public byte Name => name;

    public int Across { get; set; } = across;

    public int Down { get; set; } = down;

    /// <summary>Blocks of it in an MCU.</summary>
    public int Blocks => Across * Down;

    /// <summary>The factors of its coefficients, as <see cref="ZigZag"/> has them.</summary>
    public short[] Quantisation { get; private set; } = [];

    public HuffmanTable Dc { get; private set; } = null!;

    public HuffmanTable Ac { get; private set; } = null!;

    /// <summary>The DC coefficient of the block before.</summary>
    public int Prediction;

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
