using System.Globalization;
using CsvHelper;
using ResNet.Torch.Weights;

namespace ResNet.Benchmarks.Report;

/// <summary>benchmarks.csv, a line for each comparison, and benchmarks.md, which is made of it. What ran anew takes the place of what was measured before.</summary>
sealed class ResultFiles
{
    readonly string path;
    IReadOnlyList<Result> all;

    /// <param name="folder">Where both files are, or will be.</param>
    /// <exception cref="InvalidDataException">The file that is there has other columns.</exception>
    public ResultFiles(string folder)
    {
        (Folder, path) = (folder, Path.Combine(folder, "benchmarks.csv"));
        all = Read(path);
    }

    public string Folder { get; }

    /// <param name="row">The row that ran.</param>
    /// <param name="results">All of its results.</param>
    public void Update(string row, IReadOnlyList<Result> results)
    {
        var order = Rows.Row.All.Select(known => known.Name).ToList();
        all = [.. all.Where(result => result.Row != row).Concat(results).OrderBy(result => order.IndexOf(result.Row))];
        Write(path, all);
        WriteText(Path.Combine(Folder, "benchmarks.md"), Summary(all));
    }

    /// <summary>Writes records as CSV, beside and renamed.</summary>
    public static void Write<T>(string path, IEnumerable<T> records) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        using var csv = new CsvWriter(writer, new CsvHelper.Configuration.CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        csv.WriteRecords(records);
    });

    /// <summary>Writes text, beside and renamed.</summary>
    public static void WriteText(string path, string text) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    static List<Result> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        using var reader = new StreamReader(path);
        using var csv = new CsvReader(reader, CultureInfo.InvariantCulture);
        try
        {
            return [.. csv.GetRecords<Result>()];
        }
        catch (CsvHelperException e)
        {
            throw new InvalidDataException($"{path} is not a file of results as they are written now: the columns {string.Join(", ", typeof(Result).GetProperties().Select(property => property.Name))} were expected. Move it away, or name another folder with --out.", e);
        }
    }

    static string Summary(IReadOnlyList<Result> results)
    {
        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine("# Benchmarks");
        text.WriteLine();
        text.WriteLine("The sides of a comparison are processes of their own that run by turns (A B, B A, …); the ratio is that of our figure to the other in the same round, as median (least to most). Figures are medians of the rounds. `benchmarks.csv` has them all.");
        foreach (var there in results.GroupBy(result => (result.Machine, result.Versions)))
        {
            text.WriteLine();
            text.WriteLine($"{there.Key.Machine}; {there.Key.Versions}.");
            text.WriteLine();
            text.WriteLine("| benchmark | network | measured | against | ratio | goal | reached | rounds × images |");
            text.WriteLine("|---|---|---|---|---|---|---|---|");
            foreach (var result in there)
                text.WriteLine(result.ToTableRow());
            text.WriteLine();
            foreach (var command in there.GroupBy(result => (result.Command, result.Data)))
                text.WriteLine($"- {string.Join(", ", command.Select(result => result.Row).Distinct())}: {command.Key.Data}; `{command.Key.Command}`");
        }
        return text.ToString();
    }
}
