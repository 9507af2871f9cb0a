using ResNet.Torch;
using static TorchSharp.torch;

namespace ResNet.Cli.Verifying;

/// <summary>Networks that are built after a seed, and what they make of random numbers drawn next.</summary>
internal static class SeededNetworks
{
    // The same generator gives the same numbers; their exponentials and roots may differ in the last bit.
    const double DrawnTolerance = 1e-5, LogitTolerance = 1e-3;

    const int FirstOnes = 8;

    public static IEnumerable<VerifiedEntry> Verify(ReferenceValue root, CancellationToken cancellation)
    {
        var seed = root.Find("seed")?.Integer(0) ?? 0;
        long[] shape = [.. root.Find("input")?.Items.Select(side => (long)side.Integer(1, 4096)) ?? [1L, 3, 224, 224]];
        if (shape is not [1, _, _, _])
            throw root["input"].Fault("the shape of one image, [1, channels, height, width]");
        foreach (var (name, model) in root["models"].Members)
        {
            cancellation.ThrowIfCancellationRequested();
            var expected = model["logits"].NumbersOf(root.Find("num_classes")?.Integer(1) ?? model["logits"].Items.Count);
            yield return ResNetVariant.TryFind(name, out var variant)
                ? new(name, Compare(model, expected, variant, seed, shape))
                : VerifiedEntry.Failed(name, "there is no network of this name");
        }
    }

    static List<ComparedFigure> Compare(ReferenceValue model, IReadOnlyList<double> expected, ResNetVariant variant, int seed, long[] shape)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var network = ResidualNetwork.Seeded(seed, variant, expected.Count, (int)shape[1]);
        network.eval();
        var images = rand(shape);
        var state = network.state_dict();
        var figures = new List<ComparedFigure> { ComparedFigure.Exact("parameters", model["params"].Integer(1), network.parameters().Sum(p => p.numel())) };
        if (model.Find("state_keys") is { } keys)
            figures.Add(ComparedFigure.Exact("keys", keys.Integer(1), state.Count));
        if (model.Find("conv1_first8") is { } weights)
            figures.Add(FirstValues("first weights", weights, state.Values.First(tensor => tensor.dim() == 4)));
        if (model.Find("input_first8") is { } inputs)
            figures.Add(FirstValues("first inputs", inputs, images));
        figures.Add(ComparedFigure.OfLargest("logits", expected, Numbers(network.call(images)), LogitTolerance));
        return figures;
    }

    static ComparedFigure FirstValues(string name, ReferenceValue expected, Tensor tensor) =>
        ComparedFigure.OfLargest(name, expected.NumbersOf(FirstOnes), Numbers(tensor.flatten()[..FirstOnes]), DrawnTolerance);

    static double[] Numbers(Tensor tensor) => [.. tensor.data<float>().Select(value => (double)value)];
}
