using System.Globalization;

namespace ResNet.Torch.Training;

/// <summary>Rows of numbers as RFC 4180 has them: the invariant culture never writes a comma or a quote, so no field needs quoting.</summary>
internal static class Csv
{
    public const string LineBreak = "\r\n";

    /// <summary>The shortest text that reads back as the same number; empty for none.</summary>
    public static string Row(params ReadOnlySpan<double?> fields)
    {
        var texts = new string[fields.Length];
        for (var i = 0; i < fields.Length; i++)
            texts[i] = fields[i]?.ToString(CultureInfo.InvariantCulture) ?? "";
        return string.Join(',', texts);
    }

    /// <summary>Whether a row has this many fields, each a number or empty.</summary>
    public static bool TryRead(string row, int count, out double?[] fields)
    {
        var texts = row.Split(',');
        fields = new double?[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            if (texts[i].Length == 0)
                continue;
            if (!double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                return false;
            fields[i] = number;
        }
        return texts.Length == count;
    }
}
