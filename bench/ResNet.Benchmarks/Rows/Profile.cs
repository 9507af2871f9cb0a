using System.Globalization;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>Where the time goes: what oneDNN says of each of its primitives, and what is left.</summary>
static class Profile
{
    const string Elsewhere = "outside oneDNN";

    /// <summary>A line of benchmarks-profile.csv.</summary>
    /// <param name="Case">What ran.</param>
    /// <param name="Kind">oneDNN's kind of primitive.</param>
    /// <param name="Calls">How often it ran.</param>
    /// <param name="Milliseconds">Its time.</param>
    /// <param name="Share">Of the time of the threads that call oneDNN.</param>
    sealed record Line(string Case, string Kind, int? Calls, double Milliseconds, double Share);

    public static void Run(BenchmarkOptions options)
    {
        var network = options.Networks[^1];
        List<Line> lines =
        [
            .. Of(options, network, new(SideKind.ScoredFiles, Images: 500, First: 64)),
            .. Of(options, network, new(SideKind.Trainer, Images: 96, First: 64)),
        ];
        ResultFiles.Write(Path.Combine(options.Output.Folder, "benchmarks-profile.csv"), lines);
        ResultFiles.WriteText(Path.Combine(options.Output.Folder, "benchmarks-profile.md"), Markdown(options, lines));
    }

    static IEnumerable<Line> Of(BenchmarkOptions options, string network, Load load)
    {
        var images = options.Images ?? load.Images;
        var primitives = new List<(string Kind, double Milliseconds)>();
        using var process = new SideProcess(options.SettingsOf(load.Kind, network), KeyValuePair.Create("ONEDNN_VERBOSE", "1"));
        process.Round(load.First);
        var round = process.Round(images, line =>
        {
            if (Primitive(line) is { } primitive)
                primitives.Add(primitive);
        });
        var name = $"{network}, {load.Kind.Label}, {images} images";
        // Scoring calls oneDNN from a thread for each processor; training from one, whose operations libtorch divides.
        var wall = 1000 * round.Seconds * (load.Kind == SideKind.ScoredFiles ? Environment.ProcessorCount : 1);
        Console.WriteLine(FormattableString.Invariant($"profile: {name}: {primitives.Count} primitives, {primitives.Sum(primitive => primitive.Milliseconds):F0} of {wall:F0} ms"));
        return primitives.GroupBy(primitive => primitive.Kind)
            .Select(kind => (Kind: kind.Key, Calls: (int?)kind.Count(), Milliseconds: kind.Sum(primitive => primitive.Milliseconds)))
            .OrderByDescending(kind => kind.Milliseconds)
            .Append((Elsewhere, null, wall - primitives.Sum(primitive => primitive.Milliseconds)))
            .Select(kind => new Line(name, kind.Kind, kind.Calls, kind.Milliseconds, kind.Milliseconds / wall));
    }

    /// <summary>"onednn_verbose,v1,primitive,exec,cpu,convolution,…,0.41": the kind, and last the milliseconds.</summary>
    static (string Kind, double Milliseconds)? Primitive(string line)
    {
        var fields = line.Split(',');
        var execution = Array.IndexOf(fields, "exec");
        return line.StartsWith("onednn_verbose", StringComparison.Ordinal) && execution >= 0
            && double.TryParse(fields[^1], CultureInfo.InvariantCulture, out var milliseconds)
            ? (fields[execution + 2], milliseconds)
            : null;
    }

    static string Markdown(BenchmarkOptions options, List<Line> lines)
    {
        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"# Where the time goes\n\n{Machine.Description}; {Machine.Versions}. `{options.Command}`\n\noneDNN's own times (ONEDNN_VERBOSE), against those of the threads that call it, a thread for each processor in scoring and one in training; it also writes them in that time.");
        foreach (var round in lines.GroupBy(line => line.Case))
        {
            text.WriteLine($"\n{round.Key}:\n\n| part | calls | ms | share |\n|---|---:|---:|---:|");
            foreach (var line in round)
                text.WriteLine(FormattableString.Invariant($"| {line.Kind} | {line.Calls} | {line.Milliseconds:F0} | {line.Share:P1} |"));
        }
        return text.ToString();
    }
}
