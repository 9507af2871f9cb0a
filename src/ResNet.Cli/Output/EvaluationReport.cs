using ResNet.Cli.Loading;
using ResNet.Torch;
using ResNet.Torch.Wording;
using Spectre.Console;

namespace ResNet.Cli.Output;

/// <summary>What an evaluation came to, as tables or as JSON: a line for each class, then one for all.</summary>
static class EvaluationReport
{
    /// <summary>A table of confusion is no longer read when it has more classes.</summary>
    const int MostInTable = 20;

    /// <summary>Pairs of classes that are told in place of such a table.</summary>
    const int MostPairs = 10;

    sealed record ClassLine(string Class, long Count, double? Precision, double? Recall);

    sealed record Total(string Model, string Data, long Count, long Correct, double Top1, double Top5, double Loss, double? MacroPrecision, double? MacroRecall, int LeftOut, IReadOnlyList<string> Classes, long[][]? Confusion);

    public static void Write(CommandOutput output, LoadedModel model, ImageData data, ClassificationMetrics metrics, int leftOut)
    {
        // Of a thousand classes, those count that the images have or were taken for.
        int[] seen = [.. Enumerable.Range(0, metrics.ClassNames.Count).Where(i => metrics.Support(i) > 0 || metrics.Predicted(i) > 0)];
        var lines = seen.Select(i => new ClassLine(metrics.ClassNames[i], metrics.Support(i), Number(metrics.Precision(i)), Number(metrics.Recall(i)))).ToList();
        if (output.IsJson)
        {
            lines.ForEach(output.Json);
            output.Json(new Total(
                model.Title, data.Title, metrics.Count, metrics.Correct, metrics.Accuracy, metrics.TopKAccuracy, metrics.Loss, Mean(lines.Select(line => line.Precision)), Mean(lines.Select(line => line.Recall)), leftOut,
                [.. seen.Select(i => metrics.ClassNames[i])], [.. seen.Select(actual => seen.Select(predicted => metrics.Confusion(actual, predicted)).ToArray())]));
            return;
        }
        var classes = CommandOutput.NewTable("class", "#images", "#precision", "#recall");
        foreach (var line in lines)
            classes.AddRow(Markup.Escape(line.Class), FormattableString.Invariant($"{line.Count}"), Text(line.Precision), Text(line.Recall));
        output.Show(classes);
        if (seen.Length <= MostInTable)
            WriteTable(output, metrics, seen);
        else
            WritePairs(output, metrics, seen);
        output.Line(FormattableString.Invariant($"{model.Title} on {data.Title}: {metrics.Correct} of {Counted.Of(metrics.Count, "image")} right"));
        output.Line(FormattableString.Invariant($"top-1 {metrics.Accuracy:F4}  top-5 {metrics.TopKAccuracy:F4}  loss {metrics.Loss:F4}"));
    }

    static void WriteTable(CommandOutput output, ClassificationMetrics metrics, int[] seen)
    {
        var table = CommandOutput.NewTable(["actual \\ predicted", .. seen.Select(i => $"#{metrics.ClassNames[i]}")]);
        foreach (var actual in seen)
            table.AddRow([Markup.Escape(metrics.ClassNames[actual]), .. seen.Select(predicted => FormattableString.Invariant($"{metrics.Confusion(actual, predicted)}"))]);
        output.Show(table);
    }

    static void WritePairs(CommandOutput output, ClassificationMetrics metrics, int[] seen)
    {
        var table = CommandOutput.NewTable("actual", "taken for", "#images");
        foreach (var (actual, predicted, count) in seen.SelectMany(actual => seen.Select(predicted => (actual, predicted, Count: metrics.Confusion(actual, predicted))))
            .Where(pair => pair.actual != pair.predicted && pair.Count > 0).OrderByDescending(pair => pair.Count).Take(MostPairs))
        {
            table.AddRow(Markup.Escape(metrics.ClassNames[actual]), Markup.Escape(metrics.ClassNames[predicted]), FormattableString.Invariant($"{count}"));
        }
        output.Show(table);
    }

    /// <summary>JSON has no "not a number".</summary>
    static double? Number(double value) => double.IsFinite(value) ? value : null;

    static double? Mean(IEnumerable<double?> values) => values.Average();

    static string Text(double? value) => value is { } number ? FormattableString.Invariant($"{number:F4}") : "–";
}
