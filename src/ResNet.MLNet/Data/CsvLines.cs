using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>A list of images with values between separators.</summary>
internal static class CsvLines
{
    /// <exception cref="InvalidDataException">A line cannot be read, or has other columns; the message names it.</exception>
    public static IEnumerable<ListedImage> Read(TextReader text, char separator, string file, ImageListOptions options)
    {
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = separator.ToString(),
            TrimOptions = TrimOptions.Trim,
            HasHeaderRecord = false,
            IgnoreBlankLines = false, // so that each line is counted
        }, leaveOpen: true);

        var (columns, count) = (new ListColumns(Image: 0, Label: 1, Group: null), 2);
        if (options.HasHeader)
        {
            if (Next(parser, file) is not { } header)
                yield break;
            (columns, count) = (FindColumns(header.Values, file, header.Line, options), header.Values.Length);
        }
        while (Next(parser, file) is { } row)
        {
            if (row.Values.Length != count)
                throw new InvalidDataException($"{file}, line {row.Line}: {Counted.Of(row.Values.Length, "value")} where {Counted.Of(count, "is", "are")} expected. {Remedy(row.Values, separator, options)}");
            yield return new(row.Line, row.Values[columns.Image], row.Values[columns.Label], columns.Group is { } group ? row.Values[group] : null);
        }
    }

    static string Remedy(string[] values, char separator, ImageListOptions options) =>
        values.Length == 1 ? OtherSeparator(values[0])
        : options.HasHeader ? $"Put a value that has '{separator}' in it in quotes."
        : $"Without a header a line is a path and a label: set {nameof(options.HasHeader)} to true if there are other columns, and put a value that has '{separator}' in it in quotes.";

    /// <summary>The next record that is not blank, with the line that it begins on; null at the end.</summary>
    static (long Line, string[] Values)? Next(CsvParser parser, string file)
    {
        while (true)
        {
            var line = parser.RawRow + 1; // the parser tells the line that a record ends on
            try
            {
                if (!parser.Read())
                    return null;
                if (parser.Record is { } values && values is not ([] or [""]))
                    return (line, values);
            }
            catch (BadDataException e)
            {
                throw new InvalidDataException($"{file}, line {line}: a quote is not closed, or stands inside of a value that does not begin with one. Put the value in quotes, and each quote in it twice.", e);
            }
        }
    }

    static ListColumns FindColumns(string[] names, string file, long line, ImageListOptions options)
    {
        try
        {
            return ListColumns.Find(names, options, "column");
        }
        catch (InvalidDataException e)
        {
            var otherwise = names.Length == 1 ? ". " + OtherSeparator(names[0])
                : names.Length == 2 ? $", or set {nameof(options.HasHeader)} to false if this line is a path and a label."
                : ".";
            throw new InvalidDataException($"{file}, line {line}: {e.Message}{otherwise}", e);
        }
    }

    static string OtherSeparator(string value) => $"Set {nameof(ImageListOptions.Separator)} to what stands between the values of '{value}'.";
}
