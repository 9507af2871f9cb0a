using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>A parameter or a norm's statistic, and where it lies in its vector.</summary>
internal sealed record WeightSlot(string Name, Tensor Initial, Action<Tensor> Assign, bool IsHalf, int Layer)
{
    public long[] Shape { get; } = Initial.shape;

    public long Length { get; } = Initial.numel();

    public bool Learns { get; } = Initial.requires_grad;

    public long Offset { get; set; }

    /// <summary>Whether a convolution's weight lies as [outputs, H, W, inputs]; the layout decides how libtorch computes and rounds.</summary>
    bool IsChannelsLast { get; } = Initial.dim() == 4 && (Initial.stride(1), Initial.stride(3)) != (Initial.shape[2] * Initial.shape[3], 1);

    /// <summary>The slot's part of a vector, in the parameter's shape and layout.</summary>
    public Tensor View(Tensor vector)
    {
        using var part = vector.narrow(0, Offset, Length);
        if (!IsChannelsLast)
            return part.view(Shape);
        var (outputs, inputs, height, width) = (Shape[0], Shape[1], Shape[2], Shape[3]);
        using var rows = part.view(outputs, height, width, inputs);
        return rows.permute(0, 3, 1, 2);
    }

    /// <summary>A vector of the slots one after the other, with what they hold.</summary>
    public static Tensor Gather(List<WeightSlot> slots)
    {
        var offset = 0L;
        foreach (var slot in slots)
        {
            slot.Offset = offset;
            offset += slot.Length;
        }
        var vector = empty(offset, device: slots.FirstOrDefault()?.Initial.device);
        foreach (var slot in slots)
            slot.View(vector).copy_(slot.Initial);
        return vector;
    }

    /// <summary>The parameters of convolutions, norms and the classifier, in the order of the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="isHalf">Whether convolutions and the classifier compute in bfloat16.</param>
    public static IEnumerable<WeightSlot> Parameters(ResidualNetwork network, bool isHalf)
    {
        foreach (var (name, module) in network.named_modules())
        {
            var layer = network.LayerOf(name);
            WeightSlot Of(string part, Parameter value, Action<Parameter> assign, bool half) => new($"{name}.{part}", value, t => assign((Parameter)t), half, layer);
            switch (module)
            {
                case Conv2d convolution:
                    yield return Of("weight", convolution.weight, p => convolution.weight = p, isHalf);
                    if (convolution.bias is { } convolutionBias)
                        yield return Of("bias", convolutionBias, p => convolution.bias = p, isHalf);
                    break;
                case Linear linear:
                    yield return Of("weight", linear.weight, p => linear.weight = p, isHalf);
                    if (linear.bias is { } linearBias)
                        yield return Of("bias", linearBias, p => linear.bias = p, isHalf);
                    break;
                case BatchNorm2d norm:
                    yield return Of("weight", norm.weight, p => norm.weight = p, false);
                    yield return Of("bias", norm.bias!, p => norm.bias = p, false);
                    break;
            }
        }
    }

    /// <summary>The means and variances that norms have seen.</summary>
    public static IEnumerable<WeightSlot> Statistics(ResidualNetwork network)
    {
        foreach (var (name, module) in network.named_modules())
        {
            if (module is not BatchNorm2d norm)
                continue;
            yield return new($"{name}.running_mean", norm.running_mean!, t => norm.running_mean = t, IsHalf: false, Layer: 0);
            yield return new($"{name}.running_var", norm.running_var!, t => norm.running_var = t, IsHalf: false, Layer: 0);
        }
    }
}
