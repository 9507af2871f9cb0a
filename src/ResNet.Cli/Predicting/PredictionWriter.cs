using ResNet.Cli.Output;
using ResNet.Torch;

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
    public void Write(ImageScores image)
    {
        Images++;
        if (image.Scores is not { } scores)
        {
            Errors++;
            if (isJson)
                output.Json(new Failed(image.Path, image.Error!));
            else
                output.Line($"{image.Path}: not scored: {image.Error}");
            return;
        }
        var best = Best(scores);
        if (isJson)
            output.Json(new Scored(image.Path, best[0].Label, best[0].Score, best));
        else
            output.Line($"{image.Path}: {string.Join(", ", best.Select(c => FormattableString.Invariant($"{c.Label} {c.Score:F3}")))}");
    }

    /// <summary>The classes of the highest probabilities, the highest first; of equal ones the class that comes first.</summary>
    ScoredClass[] Best(float[] scores) => [.. scores.Index().OrderByDescending(score => score.Item).Take(top).Select(score => new ScoredClass(classNames[score.Index], score.Item))];
}
