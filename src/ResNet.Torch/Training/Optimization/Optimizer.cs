using System.Runtime.Intrinsics;
using ResNet.Torch.Runtime;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>An optimizer over a <see cref="WeightVector"/>: PyTorch's of the same name, step for step.</summary>
internal abstract class Optimizer : IDisposable
{
    readonly OptimizerOptions options;
    readonly WeightVector weights;
    readonly Dictionary<string, Tensor> state;
    readonly nint[] vectors;

    Optimizer(OptimizerOptions options, WeightVector weights, params string[] state)
    {
        (this.options, this.weights) = (options, weights);
        this.state = state.ToDictionary(name => name, _ => zeros_like(weights.Values).DetachFromDisposeScope());
        vectors = [.. state.Select(name => TorchNative.Data(this.state[name]))];
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
            weights.Update(segment, vectors[0], vectors[^1], Rule(rate * segment.RateFactor, segment.Decays ? options.WeightDecay : 0));
        weights.Updated();
    }

    /// <summary>How weights move in this step.</summary>
    protected abstract UpdateRule Rule(double rate, double decay);

    public void Dispose()
    {
        foreach (var vector in state.Values)
            vector.Dispose();
    }

    sealed class Momentum(OptimizerOptions options, WeightVector weights) : Optimizer(options, weights, "momentum_buffer")
    {
        // From zero, which gives PyTorch's first step: its buffer starts as the gradient.
        protected override unsafe UpdateRule Rule(double rate, double decay)
        {
            var (decays, keeps, moves, isNesterov) = ((float)decay, (float)options.Momentum, -(float)rate, options.Nesterov && options.Momentum > 0);
            return (values, gradients, buffer, _, count) =>
            {
                var (vDecays, vKeeps, vMoves) = (Vector512.Create(decays), Vector512.Create(keeps), Vector512.Create(moves));
                for (var i = 0; i < count; i += Vector512<float>.Count)
                {
                    var value = Vector512.Load(values + i);
                    var gradient = Vector512.FusedMultiplyAdd(value, vDecays, Vector512.Load(gradients + i));
                    var momentum = Vector512.Load(buffer + i) * vKeeps + gradient;
                    Vector512.Store(momentum, buffer + i);
                    var step = isNesterov ? Vector512.FusedMultiplyAdd(momentum, vKeeps, gradient) : momentum;
                    Vector512.Store(Vector512.FusedMultiplyAdd(step, vMoves, value), values + i);
                }
            };
        }
    }

    sealed class Moments(OptimizerOptions options, WeightVector weights) : Optimizer(options, weights, "exp_avg", "exp_avg_sq")
    {
        protected override unsafe UpdateRule Rule(double rate, double decay)
        {
            var isDecoupled = options.Kind == OptimizerKind.AdamW;
            var (decays, shrinks) = (isDecoupled ? 0 : (float)decay, isDecoupled ? (float)(1 - rate * decay) : 1);
            var (beta1, beta2) = (options.Beta1, options.Beta2);
            var (spread, epsilon) = ((float)Math.Sqrt(1 - Math.Pow(beta2, Steps)), (float)options.Epsilon);
            var moves = (float)(-rate / (1 - Math.Pow(beta1, Steps)));
            return (values, gradients, first, second, count) =>
            {
                var (vDecays, vShrinks, vMoves) = (Vector512.Create(decays), Vector512.Create(shrinks), Vector512.Create(moves));
                var (keepsFirst, addsFirst) = (Vector512.Create((float)beta1), Vector512.Create((float)(1 - beta1)));
                var (keepsSecond, addsSecond) = (Vector512.Create((float)beta2), Vector512.Create((float)(1 - beta2)));
                var (vSpread, vEpsilon) = (Vector512.Create(spread), Vector512.Create(epsilon));
                for (var i = 0; i < count; i += Vector512<float>.Count)
                {
                    var value = Vector512.Load(values + i);
                    var gradient = Vector512.FusedMultiplyAdd(value, vDecays, Vector512.Load(gradients + i));
                    var mean = Vector512.FusedMultiplyAdd(gradient, addsFirst, Vector512.Load(first + i) * keepsFirst);
                    var square = Vector512.FusedMultiplyAdd(addsSecond * gradient, gradient, Vector512.Load(second + i) * keepsSecond);
                    Vector512.Store(mean, first + i);
                    Vector512.Store(square, second + i);
                    var divisor = Vector512.Sqrt(square) / vSpread + vEpsilon;
                    Vector512.Store(Vector512.FusedMultiplyAdd(mean / divisor, vMoves, value * vShrinks), values + i);
                }
            };
        }
    }
}
