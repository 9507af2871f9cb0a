using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Training;

/// <summary>What some steps of training on one batch come to, to compare with PyTorch's: eight random images of 64×64 pixels and ten classes, from seed 0.</summary>
/// <param name="Losses">The loss before each step.</param>
/// <param name="EvalLoss">The loss on the same batch after them, in eval mode.</param>
/// <param name="RunningMean">The first values of the first norm's running mean.</param>
internal sealed record SeededSteps(IReadOnlyList<double> Losses, double EvalLoss, IReadOnlyList<float> RunningMean)
{
    const int Images = 8, Side = 64, Classes = 10;

    /// <summary>Takes the steps.</summary>
    /// <param name="variant">The network.</param>
    /// <param name="options">The optimizer; its learning rate is every step's.</param>
    /// <param name="count">Number of steps.</param>
    /// <param name="means">Values of the running mean that are told.</param>
    /// <param name="isHalf">Whether in bfloat16.</param>
    /// <param name="isChannelsLast">
    /// Whether in the layout that trainings have. Steps on one batch multiply a rounding: PyTorch's layout gives its roundings, channels-last another 1 to 4 % of
    /// the loss in six steps.
    /// </param>
    public static SeededSteps Take(ResNetVariant variant, OptimizerOptions options, int count, int means, bool isHalf = false, bool isChannelsLast = false)
    {
        using var scope = NewDisposeScope();
        using var network = ResidualNetwork.Seeded(0, variant, Classes);
        foreach (var convolution in network.modules().OfType<Conv2d>().Where(_ => !isChannelsLast))
            convolution.weight = new Parameter(convolution.weight.detach().contiguous());
        var batch = new TrainingBatch(rand(Images, 3, Side, Side), arange(Images, dtype: ScalarType.Int64), Share: null);
        var losses = Train(network, options, batch, count, isHalf);
        network.eval();
        using var inference = inference_mode();
        var evalLoss = functional.cross_entropy(network.call(batch.Inputs), batch.Labels).item<float>();
        return new(losses, evalLoss, network.state_dict()["bn1.running_mean"].narrow(0, 0, means).data<float>().ToArray());
    }

    static double[] Train(ResidualNetwork network, OptimizerOptions options, TrainingBatch batch, int count, bool isHalf)
    {
        using var images = new LabelledImages(ImagePreset.ImageNet(Side, Side), Classes);
        using var objective = new Objective(new(), images);
        using var weights = new WeightVector(network, options, isHalf);
        using var optimizer = Optimizer.Create(options, weights);
        var losses = new double[count];
        network.train();
        for (var step = 0; step < count; step++)
        {
            using var ofStep = NewDisposeScope();
            var loss = objective.Of(network.call(batch.Inputs), batch);
            loss.backward();
            weights.CollectGradients();
            losses[step] = loss.item<float>();
            optimizer.Step(options.LearningRate, batches: 1);
        }
        return losses;
    }
}
