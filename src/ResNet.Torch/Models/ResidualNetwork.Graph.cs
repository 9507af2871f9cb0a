using ResNet.Torch.Models;

namespace ResNet.Torch;

/// <content>The network as a graph, for exporters.</content>
public sealed partial class ResidualNetwork
{
    /// <summary>The steps that <see cref="forward"/> takes in eval mode; the two change together.</summary>
    /// <param name="foldNorms">Whether norms become part of the convolution before them. Those that stand after none stay.</param>
    internal NetworkGraph Describe(bool foldNorms)
    {
        var images = GraphStep.Begin(foldNorms);
        var x = images.Then("conv1", conv1).Then("bn1", bn1).Relu("relu");
        if (Stem == Stem.Standard)
            x = x.Then("maxpool", new Operation.MaxPool(Size: 3, Stride: 2, Padding: Variant.HasStemPadding ? 1 : 0));
        var outputs = new List<GraphStep>();
        foreach (var stage in stages)
            outputs.Add(x = x.Then($"layer{outputs.Count + 1}", stage));
        if (norm is not null)
            x = x.Then("norm", norm).Relu("norm.relu");
        var features = x.Then("avgpool", new Operation.GlobalAverage()).Then("flatten", new Operation.Flatten());
        var logits = features.Then("fc", fc);
        return new(images.Steps, images, outputs, features, logits);
    }
}
