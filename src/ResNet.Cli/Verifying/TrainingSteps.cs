using ResNet.Torch;
using ResNet.Torch.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using OptimizerOptions = ResNet.Torch.OptimizerOptions;

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
        var trained = Train(variant, options, losses.Count, mean.Count);
        var figures = new List<ComparedFigure> { ComparedFigure.OfEach("losses", losses, trained.Losses, LossTolerance) };
        if (run.Find("eval_loss_after") is { } loss)
            figures.Add(ComparedFigure.OfEach("loss after them", [loss.Number], [trained.EvalLoss], LossTolerance));
        if (mean.Count > 0)
            figures.Add(ComparedFigure.Of("running mean", mean, trained.RunningMean, MeanTolerance, "absolute"));
        return figures;
    }

    static (double[] Losses, double EvalLoss, double[] RunningMean) Train(ResNetVariant variant, OptimizerOptions options, int steps, int means)
    {
        using var scope = NewDisposeScope();
        using var network = ResidualNetwork.Seeded(0, variant, classes: 10);
        // Six steps on one batch multiply a rounding; PyTorch's layout gives its roundings, ours of channels-last another 1 to 4 %.
        foreach (var convolution in network.modules().OfType<Conv2d>())
            convolution.weight = new Parameter(convolution.weight.detach().contiguous());
        var batch = new TrainingBatch(rand(8, 3, 64, 64), arange(8, dtype: ScalarType.Int64), Share: null);
        using var images = new LabelledImages(ImagePreset.ImageNet(64, 64), classes: 10);
        using var objective = new Objective(new(), images);
        var losses = new double[steps];
        network.train();
        using (var weights = new WeightVector(network, options, isHalf: false))
        using (var optimizer = Optimizer.Create(options, weights))
        {
            for (var step = 0; step < steps; step++)
            {
                using var ofStep = NewDisposeScope();
                var loss = objective.Of(network.call(batch.Inputs), batch);
                loss.backward();
                weights.CollectGradients();
                losses[step] = loss.item<float>();
                optimizer.Step(options.LearningRate, batches: 1);
            }
        }
        network.eval();
        using var inference = inference_mode();
        var evalLoss = functional.cross_entropy(network.call(batch.Inputs), batch.Labels).item<float>();
        var runningMean = network.state_dict()["bn1.running_mean"];
        return (losses, evalLoss, [.. runningMean.narrow(0, 0, means).data<float>().Select(value => (double)value)]);
    }
}
