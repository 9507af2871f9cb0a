using System.Runtime.Intrinsics;

namespace ResNet.Torch.Training;

/// <summary>How an optimizer moves weights along their gradients.</summary>
internal unsafe interface IUpdateRule
{
    /// <summary>Moves weights; the gradients' places are free to be used for what comes between.</summary>
    /// <param name="values">Weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="first">What the optimizer remembers.</param>
    /// <param name="second">Its other vector, or the same again where it has one only.</param>
    /// <param name="count">How many there are, a multiple of 16.</param>
    void Move(float* values, float* gradients, float* first, float* second, int count);
}

/// <summary>SGD with momentum, whose buffer starts as zero: that gives PyTorch's first step, where it starts as the gradient.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Decay">Weight decay.</param>
/// <param name="Momentum">How much of the buffer is kept.</param>
/// <param name="IsNesterov">Whether the step looks ahead.</param>
internal readonly record struct MomentumRule(float Rate, float Decay, float Momentum, bool IsNesterov) : IUpdateRule
{
    public unsafe void Move(float* values, float* gradients, float* first, float* second, int count)
    {
        var (decays, keeps, moves) = (Vector512.Create(Decay), Vector512.Create(Momentum), Vector512.Create(-Rate));
        for (var i = 0; i < count; i += Vector512<float>.Count)
        {
            var value = Vector512.Load(values + i);
            var gradient = Vector512.FusedMultiplyAdd(value, decays, Vector512.Load(gradients + i));
            var momentum = Vector512.Load(first + i) * keeps + gradient;
            Vector512.Store(momentum, first + i);
            var step = IsNesterov ? Vector512.FusedMultiplyAdd(momentum, keeps, gradient) : momentum;
            Vector512.Store(Vector512.FusedMultiplyAdd(step, moves, value), values + i);
        }
    }
}

/// <summary>Adam and AdamW at one of their steps.</summary>
/// <param name="Rate">Learning rate, by the first moment's bias.</param>
/// <param name="Decay">Weight decay that goes into the gradient: Adam's.</param>
/// <param name="Keeps">What is kept of the weights: AdamW's decay.</param>
/// <param name="Beta1">How much of the mean is kept.</param>
/// <param name="Beta2">How much of the mean square is kept.</param>
/// <param name="Spread">Square root of the second moment's bias.</param>
/// <param name="Epsilon">Added to the root of the mean square.</param>
internal readonly record struct MomentsRule(float Rate, float Decay, float Keeps, double Beta1, double Beta2, float Spread, float Epsilon) : IUpdateRule
{
    public unsafe void Move(float* values, float* gradients, float* first, float* second, int count)
    {
        var (decays, keeps, moves) = (Vector512.Create(Decay), Vector512.Create(Keeps), Vector512.Create(-Rate));
        var (keepsFirst, addsFirst) = (Vector512.Create((float)Beta1), Vector512.Create((float)(1 - Beta1)));
        var (keepsSecond, addsSecond) = (Vector512.Create((float)Beta2), Vector512.Create((float)(1 - Beta2)));
        var (spread, epsilon) = (Vector512.Create(Spread), Vector512.Create(Epsilon));
        for (var i = 0; i < count; i += Vector512<float>.Count)
        {
            var value = Vector512.Load(values + i);
            var gradient = Vector512.FusedMultiplyAdd(value, decays, Vector512.Load(gradients + i));
            var average = Vector512.FusedMultiplyAdd(gradient, addsFirst, Vector512.Load(first + i) * keepsFirst);
            var squares = Vector512.FusedMultiplyAdd(addsSecond * gradient, gradient, Vector512.Load(second + i) * keepsSecond);
            Vector512.Store(average, first + i);
            Vector512.Store(squares, second + i);
            var divisor = Vector512.Sqrt(squares) / spread + epsilon;
            Vector512.Store(Vector512.FusedMultiplyAdd(average / divisor, moves, value * keeps), values + i);
        }
    }
}
