using ResNet.Torch;
using ResNet.Torch.Training;

namespace ResNet.Cli.Verifying;

/// <summary>Steps of training on eight random images from seed 0: the loss before each, the loss in eval mode after them, and what the first norm has seen.</summary>
internal static class TrainingSteps
{
    const double LossTolerance = 0.01, MeanTolerance = 1e-3;

    public static IEnumerable<VerifiedEntry> Verify(ReferenceValue root, CancellationToken cancellation)
    {
        foreach (var run in root["runs"].Items)
        {
            cancellation.ThrowIfCancellationRequested();
            var (name, optimizer) = (run["model"].Text, run["optimizer"]);
            var options = OptimizerText.Parse(optimizer);
            yield return ResNetVariant.TryFind(name, out var variant)
                ? new($"{name}, {optimizer.Text}", Compare(run, variant, options))
                : VerifiedEntry.Failed(name, "there is no network of this name");
        }
    }

    static List<ComparedFigure> Compare(ReferenceValue run, ResNetVariant variant, OptimizerOptions options)
    {
        var losses = run["losses"].Numbers;
        var mean = run.Find("bn1_running_mean_first4")?.NumbersOf(4) ?? [];
        var trained = SeededSteps.Take(variant, options, losses.Count, mean.Count);
        var figures = new List<ComparedFigure> { ComparedFigure.OfEach("losses", losses, trained.Losses, LossTolerance) };
        if (run.Find("eval_loss_after") is { } loss)
            figures.Add(ComparedFigure.OfEach("loss after them", [loss.Number], [trained.EvalLoss], LossTolerance));
        if (mean.Count > 0)
            figures.Add(ComparedFigure.Of("running mean", mean, trained.RunningMean.Select(value => (double)value), MeanTolerance, "absolute"));
        return figures;
    }
}
