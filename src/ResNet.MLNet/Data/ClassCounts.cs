using System.Globalization;

namespace ResNet.MLNet;

/// <summary>How many rows a class has.</summary>
/// <param name="Name">The class: its label as text.</param>
/// <param name="Count">Its rows, at least 0.</param>
public sealed record ClassCount(string Name, long Count);

/// <summary>How many rows each class of a data view has.</summary>
/// <param name="Classes">The classes: those of keys in the keys' order, with the ones that have no row; others ordered by their characters.</param>
/// <param name="Unlabelled">Rows whose label is missing.</param>
public sealed record ClassCounts(IReadOnlyList<ClassCount> Classes, long Unlabelled)
{
    /// <summary>All rows, with those whose label is missing.</summary>
    public long Total => Unlabelled + Classes.Sum(of => of.Count);

    /// <summary>A table: a line for each class, one for rows without a label where there are any, and the total.</summary>
    public override string ToString()
    {
        List<ClassCount> lines = [.. Classes, .. Unlabelled > 0 ? [new ClassCount("(no label)", Unlabelled)] : Array.Empty<ClassCount>(), new("total", Total)];
        var width = lines.Max(line => line.Name.Length);
        var digits = Total.ToString(CultureInfo.InvariantCulture).Length;
        return string.Join('\n', lines.Select(line => $"{line.Name.PadRight(width)}  {line.Count.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}"));
    }
}
