using ResNet.Torch.Runtime;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>An optimizer over a <see cref="WeightVector"/>: PyTorch's of the same name, step for step.</summary>
internal abstract class Optimizer : IDisposable
{
    readonly OptimizerOptions options;
    readonly WeightVector weights;
    readonly Dictionary<string, Tensor> state;

    Optimizer(OptimizerOptions options, WeightVector weights, params string[] state)
    {
        (this.options, this.weights) = (options, weights);
        this.state = state.ToDictionary(name => name, _ => zeros_like(weights.Values).DetachFromDisposeScope());
    }

    public static Optimizer Create(OptimizerOptions options, WeightVector weights) =>
        options.Kind == OptimizerKind.Sgd ? new Momentum(options, weights) : new Moments(options, weights);

    /// <summary>Steps that were taken.</summary>
    public long Steps { get; set; }

    /// <summary>What it remembers from step to step, by PyTorch's names: vectors as long as the weights.</summary>
    public IReadOnlyDictionary<string, Tensor> State => state;

    /// <summary>Moves the weights along their gradients, and sets these to zero.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="batches">Batches whose gradients were added up.</param>
    public void Step(double rate, int batches)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (batches > 1)
            weights.Gradients.div_(Number.Of(batches));
        if (options.ClipGradientNorm is { } longest)
            weights.Gradients.mul_(weights.Gradients.norm().add_(Number.Of(1e-6)).reciprocal_().mul_(Number.Of(longest)).clamp_max_(Number.Of(1)));
        Steps++;
        foreach (var segment in weights.Segments)
            Move(segment, segment.Of(weights.Values), segment.Of(weights.Gradients), rate * segment.RateFactor, segment.Decays ? options.WeightDecay : 0);
        weights.Gradients.zero_();
        weights.Publish();
    }

    protected abstract void Move(WeightSegment segment, Tensor values, Tensor gradients, double rate, double decay);

    public void Dispose()
    {
        foreach (var vector in state.Values)
            vector.Dispose();
    }

    sealed class Momentum(OptimizerOptions options, WeightVector weights) : Optimizer(options, weights, buffer)
    {
        const string buffer = "momentum_buffer";

        protected override void Move(WeightSegment segment, Tensor values, Tensor gradients, double rate, double decay)
        {
            if (decay > 0)
                gradients.add_(values, alpha: Number.Of(decay));
            // From zero, which gives PyTorch's first step: its buffer starts as the gradient.
            var momentum = segment.Of(state[buffer]).mul_(Number.Of(options.Momentum)).add_(gradients);
            values.add_(options.Nesterov && options.Momentum > 0 ? gradients.add_(momentum, alpha: Number.Of(options.Momentum)) : momentum, alpha: Number.Of(-rate));
        }
    }

    sealed class Moments(OptimizerOptions options, WeightVector weights) : Optimizer(options, weights, mean, square)
    {
        const string mean = "exp_avg", square = "exp_avg_sq";

        protected override void Move(WeightSegment segment, Tensor values, Tensor gradients, double rate, double decay)
        {
            if (decay > 0 && options.Kind == OptimizerKind.Adam)
                gradients.add_(values, alpha: Number.Of(decay));
            if (decay > 0 && options.Kind == OptimizerKind.AdamW)
                values.mul_(Number.Of(1 - rate * decay));
            var first = segment.Of(state[mean]).mul_(Number.Of(options.Beta1)).add_(gradients, alpha: Number.Of(1 - options.Beta1));
            var second = segment.Of(state[square]).mul_(Number.Of(options.Beta2)).addcmul_(gradients, gradients, Number.Of(1 - options.Beta2));
            var divisor = second.sqrt().div_(Number.Of(Math.Sqrt(1 - Math.Pow(options.Beta2, Steps)))).add_(Number.Of(options.Epsilon));
            values.addcdiv_(first, divisor, Number.Of(-rate / (1 - Math.Pow(options.Beta1, Steps))));
        }
    }
}
