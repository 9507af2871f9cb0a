using ResNet.Cli.Output;

namespace ResNet.Cli.Predicting;

/// <summary>Predictions as lines: JSON for programs, text for people.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="isJson">Whether they are JSON.</param>
/// <param name="classNames">The name of each class, in the order of the scores.</param>
/// <param name="top">How many classes of each image are told, at least 1.</param>
internal sealed class PredictionWriter(CommandOutput output, bool isJson, IReadOnlyList<string> classNames, int top)
{
    sealed record ScoredClass(string Label, float Score);

    sealed record Scored(string Path, string Label, float Score, IReadOnlyList<ScoredClass> Top);

    sealed record Failed(string Path, string Error);

    /// <summary>Images that were written.</summary>
    public long Images { get; private set; }

    /// <summary>Those of them that could not be scored.</summary>
    public long Errors { get; private set; }

    /// <summary>Writes one line.</summary>
    public void Write(Prediction prediction)
    {
        Images++;
        if (prediction.Error is { } error)
        {
            Errors++;
            if (isJson)
                output.Json(new Failed(prediction.Path, error));
            else
                output.Line($"{prediction.Path}: not scored: {error}");
            return;
        }
        List<ScoredClass> best = [.. prediction.Best(top).Select(i => new ScoredClass(classNames[i], prediction.Probabilities.Span[i]))];
        if (isJson)
            output.Json(new Scored(prediction.Path, best[0].Label, best[0].Score, best));
        else
            output.Line($"{prediction.Path}: {string.Join(", ", best.Select(c => FormattableString.Invariant($"{c.Label} {c.Score:F3}")))}");
    }
}
