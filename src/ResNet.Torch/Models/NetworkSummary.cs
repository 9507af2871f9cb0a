using System.Globalization;
using System.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch;

/// <summary>One layer of a network.</summary>
/// <param name="Name">Its name, as in the keys of weight files.</param>
/// <param name="Kind">Its type: Conv2d, BatchNorm2d or Linear.</param>
/// <param name="OutputShape">Shape of its output for one image: [C, H, W], or [classes].</param>
/// <param name="Parameters">Its trainable parameters.</param>
/// <param name="MultiplyAdds">Products summed for one image; 0 for a norm, which can be folded into its convolution. Biases are not counted.</param>
public sealed record LayerSummary(string Name, string Kind, IReadOnlyList<long> OutputShape, long Parameters, long MultiplyAdds)
{
    /// <summary>Number of values in the output for one image.</summary>
    public long Outputs => OutputShape.Aggregate(1L, (product, length) => product * length);
}

/// <summary>What a network is made of, and what it costs for one image of a size. <see cref="ToString"/> gives it as a table.</summary>
/// <param name="Network">The row's name.</param>
/// <param name="Layers">Convolutions, norms and the classifier, in the order they run.</param>
public sealed record NetworkSummary(string Network, IReadOnlyList<LayerSummary> Layers)
{
    /// <summary>Trainable parameters.</summary>
    public long Parameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>Multiply-adds of a forward pass for one image, counted as torchvision does for its published figures.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>Bytes that the outputs of the layers take in float32 for one image: what training keeps, about, until the backward pass.</summary>
    public long ActivationBytes => Layers.Sum(layer => layer.Outputs) * sizeof(float);

    /// <summary>Runs an image of zeros through a network and notes each layer.</summary>
    /// <param name="network">The network; no other thread may use it meanwhile. It keeps its mode.</param>
    /// <param name="height">Height of the images, in pixels.</param>
    /// <param name="width">Width of the images, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1 pixel.</exception>
    public static NetworkSummary Of(ResidualNetwork network, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);

        var layers = new List<LayerSummary>();
        var removals = new List<Action>();
        var wasTraining = network.training;
        try
        {
            foreach (var (name, module) in network.named_modules())
            {
                if (module is Conv2d _ or BatchNorm2d _ or Linear _)
                {
                    var hook = ((Module<Tensor, Tensor>)module).register_forward_hook((layer, _, output) =>
                    {
                        layers.Add(Describe(name, layer, output.shape[1..]));
                        return output;
                    });
                    removals.Add(hook.remove);
                }
            }
            network.eval();
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            network.call(zeros(1, network.Channels, height, width));
        }
        finally
        {
            removals.ForEach(remove => remove());
            network.train(wasTraining);
        }
        return new(network.Variant.Name, layers);
    }

    static LayerSummary Describe(string name, Module layer, long[] shape)
    {
        var parameters = layer.parameters().Sum(parameter => parameter.numel());
        var multiplyAdds = layer switch
        {
            Conv2d convolution => convolution.weight.numel() * shape[1] * shape[2],   // each weight once for each pixel
            Linear linear => linear.weight.numel(),
            _ => 0,
        };
        return new(name, layer.GetType().Name, shape, parameters, multiplyAdds);
    }

    /// <summary>The table: a line for each layer, and a line of totals.</summary>
    public override string ToString()
    {
        var name = Math.Max(5, Layers.Max(layer => layer.Name.Length));
        var text = new StringBuilder();
        void Line(string first, string kind, string output, string parameters, string multiplyAdds) =>
            text.Append(CultureInfo.InvariantCulture, $"{first.PadRight(name)}  {kind,-11}  {output,-12}  {parameters,13}  {multiplyAdds,15}\n");

        Line("layer", "kind", "output", "parameters", "multiply-adds");
        foreach (var layer in Layers)
            Line(layer.Name, layer.Kind, string.Join('×', layer.OutputShape), Number(layer.Parameters), Number(layer.MultiplyAdds));
        Line("total", "", "", Number(Parameters), Number(MultiplyAdds));
        return text.Append(CultureInfo.InvariantCulture, $"{Network}: {Parameters / 1e6:F2} million parameters, {MultiplyAdds / 1e9:F3} billion multiply-adds, {ActivationBytes / 1e6:F1} MB of activations for an image in float32\n").ToString();
    }

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
