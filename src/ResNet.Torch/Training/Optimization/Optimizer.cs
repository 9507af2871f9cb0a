using ResNet.Torch.Runtime;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>An optimizer over a <see cref="WeightVector"/>: PyTorch's of the same name, step for step.</summary>
internal abstract class Optimizer : IDisposable
{
    readonly OptimizerOptions options;
    readonly WeightVector weights;
    readonly Dictionary<string, Tensor> state;
    readonly nint[]? vectors; // where the state lies in the processor's memory; null where weights are a GPU's

    Optimizer(OptimizerOptions options, WeightVector weights, bool byTensors, params string[] state)
    {
        (this.options, this.weights) = (options, weights);
        this.state = state.ToDictionary(name => name, _ => zeros_like(weights.Values).DetachFromDisposeScope());
        vectors = byTensors || weights.Values.device_type != TorchSharp.DeviceType.CPU ? null : [.. state.Select(name => TorchNative.Data(this.state[name]))];
    }

    /// <param name="options">The rule.</param>
    /// <param name="weights">What it moves; they stay the caller's.</param>
    /// <param name="byTensors">Whether libtorch's operations are used on the processor too, as they are on a GPU.</param>
    public static Optimizer Create(OptimizerOptions options, WeightVector weights, bool byTensors = false) =>
        options.Kind == OptimizerKind.Sgd ? new Momentum(options, weights, byTensors) : new Moments(options, weights, byTensors);

    /// <summary>Steps that were taken.</summary>
    public long Steps { get; set; }

    /// <summary>What it remembers from step to step, by PyTorch's names: vectors as long as the weights.</summary>
    public IReadOnlyDictionary<string, Tensor> State => state;

    /// <summary>Moves the weights along their gradients, and sets these to zero.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="batches">Batches whose gradients were added up.</param>
    public void Step(double rate, int batches)
    {
        if (batches > 1 || options.ClipGradientNorm is not null)
            Prepare(batches);
        Steps++;
        if (vectors is null)
            StepByTensors(rate);
        else
        {
            foreach (var segment in weights.Segments)
                Move(segment, vectors[0], vectors[^1], rate * segment.RateFactor, DecayOf(segment));
            weights.Updated();
        }
    }

    double DecayOf(WeightSegment segment) => segment.Decays ? options.WeightDecay : 0;

    /// <summary>Averages gradients that were added up, and shortens those that are too long.</summary>
    void Prepare(int batches)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (batches > 1)
            weights.Gradients.div_(Number.Of(batches));
        if (options.ClipGradientNorm is { } longest)
            weights.Gradients.mul_(weights.Gradients.norm().add_(Number.Of(1e-6)).reciprocal_().mul_(Number.Of(longest)).clamp_max_(Number.Of(1)));
    }

    void StepByTensors(double rate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var segment in weights.Segments)
            Move(segment, segment.Of(weights.Values), segment.Of(weights.Gradients), rate * segment.RateFactor, DecayOf(segment));
        weights.Gradients.zero_();
        weights.Publish();
    }

    /// <summary>Moves a segment's weights, in one pass over them on the processor.</summary>
    protected abstract void Move(WeightSegment segment, nint first, nint second, double rate, double decay);

    /// <summary>The same in libtorch's operations; the gradients may be used for what comes between.</summary>
    protected abstract void Move(WeightSegment segment, Tensor values, Tensor gradients, double rate, double decay);

    public void Dispose()
    {
        foreach (var vector in state.Values)
            vector.Dispose();
    }

    sealed class Momentum(OptimizerOptions options, WeightVector weights, bool byTensors) : Optimizer(options, weights, byTensors, buffer)
    {
        const string buffer = "momentum_buffer";

        protected override void Move(WeightSegment segment, Tensor values, Tensor gradients, double rate, double decay)
        {
            if (decay > 0)
                gradients.add_(values, alpha: Number.Of(decay));
            var momentum = segment.Of(state[buffer]).mul_(Number.Of(options.Momentum)).add_(gradients);
            values.add_(options.Nesterov && options.Momentum > 0 ? gradients.add_(momentum, alpha: Number.Of(options.Momentum)) : momentum, alpha: Number.Of(-rate));
        }

        protected override void Move(WeightSegment segment, nint first, nint second, double rate, double decay) =>
            weights.Update(segment, first, second, new MomentumRule((float)rate, (float)decay, (float)options.Momentum, options.Nesterov && options.Momentum > 0));
    }

    sealed class Moments(OptimizerOptions options, WeightVector weights, bool byTensors) : Optimizer(options, weights, byTensors, mean, square)
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

        protected override void Move(WeightSegment segment, nint first, nint second, double rate, double decay)
        {
            var isDecoupled = options.Kind == OptimizerKind.AdamW;
            weights.Update(segment, first, second, new MomentsRule(
                Rate: (float)(rate / (1 - Math.Pow(options.Beta1, Steps))),
                Decay: isDecoupled ? 0 : (float)decay,
                Keeps: isDecoupled ? (float)(1 - rate * decay) : 1,
                options.Beta1, options.Beta2,
                Spread: (float)Math.Sqrt(1 - Math.Pow(options.Beta2, Steps)),
                Epsilon: (float)options.Epsilon));
        }
    }
}
