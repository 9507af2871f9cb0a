using System.Collections.Concurrent;
using ResNet.Torch.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Models;

/// <summary>
/// A batch norm in training and the ReLU after it, with what is added between them, as one step: 3 passes over the pixels
/// instead of 6 (4 instead of 8 with an addition), and 5 instead of 8 on the way back.
/// </summary>
internal sealed unsafe partial class NormRelu : AutogradNode
{
    const int Group = 32;

    static readonly ConcurrentBag<NormRelu> unused = [];

    // Created once: an object is used again and again.
    readonly Action<int, int> sum, activate, sumGradients, giveBack;
    Tensor? input, output;

    NormRelu() => (sum, activate, sumGradients, giveBack) = (Sum, Activate, SumGradients, GiveBack);

    /// <summary>Whether it is made for a norm and its input: in training, in channels-last, and with channels that come in groups of 32.</summary>
    public static bool Fits(BatchNorm2d norm, Tensor x)
    {
        if (!norm.training || norm.weight is null || norm.running_mean is null || norm.momentum is null || x.dtype is not (ScalarType.BFloat16 or ScalarType.Float32) || x.device_type != TorchSharp.DeviceType.CPU)
            return false;
        var channels = norm.num_features;
        return x.numel() > channels && (channels % Group == 0 || (Group % channels == 0 && x.numel() % Group == 0)) && IsChannelsLast(x);
    }

    /// <summary>relu(norm(x)), in one step where a training run lets it and the input fits.</summary>
    public static Tensor Activate(BatchNorm2d norm, Tensor x, bool isInRun) => isInRun && Fits(norm, x) ? Of(norm, x) : norm.call(x).relu_();

    /// <summary>relu(norm(x) + around).</summary>
    /// <param name="norm">The norm, whose statistics take the batch in.</param>
    /// <param name="x">[N, C, H, W] that <see cref="Fits"/>; it must stay as it is.</param>
    /// <param name="around">As large and of the same numbers; or null.</param>
    public static Tensor Of(BatchNorm2d norm, Tensor x, Tensor? around = null)
    {
        if (!unused.TryTake(out var step))
            step = new();
        return step.Forward(norm, x, around is null ? null : InChannelsLast(around));
    }

    static bool IsChannelsLast(Tensor x)
    {
        var (channels, height, width) = (x.size(1), x.size(2), x.size(3));
        return x.stride(1) == 1 && x.stride(3) == channels && x.stride(2) == width * channels && x.stride(0) == height * width * channels;
    }

    static Tensor InChannelsLast(Tensor x) => IsChannelsLast(x) ? x : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    Tensor Forward(BatchNorm2d norm, Tensor x, Tensor? around)
    {
        var needsGradient = is_grad_enabled() && (x.requires_grad || norm.weight!.requires_grad || around is { requires_grad: true });
        Tensor made;
        using (no_grad())
        {
            made = empty_like(x);
            Compute(norm, x, around, made);
            if (needsGradient)
            {
                input = x.detach().DetachFromDisposeScope();
                output = around is null ? null : made.detach().DetachFromDisposeScope();
            }
        }
        if (!needsGradient)
        {
            Released();
            return made;
        }
        return around is null ? Attach(made, [x, norm.weight!, norm.bias!]) : Attach(made, [x, norm.weight!, norm.bias!, around]);
    }

    void Compute(BatchNorm2d norm, Tensor x, Tensor? around, Tensor made)
    {
        channels = norm.num_features;
        width = Math.Max(channels, Group);           // few channels: several pixels are a row
        rows = x.numel() / width;
        isHalf = x.dtype == ScalarType.BFloat16;
        parts = get_num_threads();
        MakeRoom();
        this.x = Pointer(x);
        y = Pointer(made);
        this.around = around is null ? null : Pointer(around);
        for (var c = 0; c < width; c++)              // the first pixel is near the mean: sums of differences lose no digits
            Mean[Place(c)] = isHalf ? BFloat16s.ToSingle(((ushort*)this.x)[c % channels]) : ((float*)this.x)[c % channels];
        ClearSums();
        NativeThreads.Run(sum);
        Normalize(norm, rows * width / channels);
        NativeThreads.Run(activate);
    }

    /// <summary>From sums to the norm's figures, and its statistics as PyTorch's: the variance that they keep is of n − 1.</summary>
    void Normalize(BatchNorm2d norm, double count)
    {
        float* weight = (float*)Pointer(norm.weight!), bias = (float*)Pointer(norm.bias!), means = (float*)Pointer(norm.running_mean!), variances = (float*)Pointer(norm.running_var!);
        var momentum = norm.momentum!.Value;
        for (var c = 0; c < channels; c++)
        {
            var (total, squares) = Totals(c);
            var near = total / count;
            var (mean, variance) = (Mean[Place(c)] + near, Math.Max(0, squares / count - near * near));
            var (inverse, keeps) = (1 / Math.Sqrt(variance + norm.eps), 1 - momentum);
            means[c] = (float)(keeps * means[c] + momentum * mean);
            variances[c] = (float)(keeps * variances[c] + momentum * variance * count / (count - 1));
            for (var place = c; place < width; place += (int)channels)
            {
                var at = Place(place);
                Mean[at] = (float)mean;
                Inverse[at] = (float)inverse;
                Scale[at] = (float)(weight[c] * inverse);
                Shift[at] = (float)(bias[c] - mean * weight[c] * inverse);
            }
        }
    }

    protected override void Backward(Tensor gradient, Span<Tensor?> gradients)
    {
        if (input is null)
            throw new InvalidOperationException("A graph is gone back through once.");
        var all = InChannelsLast(gradient.dtype == input.dtype ? gradient : gradient.to(input.dtype));
        var back = empty_like(input);
        var added = output is null ? null : empty_like(input);
        x = Pointer(input);
        this.gradient = Pointer(all);
        result = Pointer(back);
        y = output is null ? null : Pointer(output);
        through = added is null ? null : Pointer(added);
        ClearSums();
        NativeThreads.Run(sumGradients);
        var (byWeight, byBias) = (empty(channels), empty(channels));
        Differentiate(rows * width / channels, (float*)Pointer(byWeight), (float*)Pointer(byBias));
        NativeThreads.Run(giveBack);
        all.Dispose();
        (gradients[0], gradients[1], gradients[2]) = (back, byWeight, byBias);
        if (added is not null)
            gradients[3] = added;
        ReleaseTensors();
    }

    void Differentiate(double count, float* byWeight, float* byBias)
    {
        for (var c = 0; c < channels; c++)
        {
            var (total, products) = Totals(c);
            double inverse = Inverse[Place(c)], mean = Mean[Place(c)], scale = Scale[Place(c)];
            (byWeight[c], byBias[c]) = ((float)(products * inverse), (float)total);
            var byX = -scale * inverse * inverse * products / count;
            for (var place = c; place < width; place += (int)channels)
            {
                var at = Place(place);
                ByX[at] = (float)byX;
                Rest[at] = (float)(-scale * total / count - byX * mean);
            }
        }
    }

    static byte* Pointer(Tensor tensor) => (byte*)TorchNative.Data(tensor);

    void ReleaseTensors()
    {
        input?.Dispose();
        output?.Dispose();
        (input, output) = (null, null);
    }

    protected override void Released()
    {
        ReleaseTensors();
        unused.Add(this);
    }
}
