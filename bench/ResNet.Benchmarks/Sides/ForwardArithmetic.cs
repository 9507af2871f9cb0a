using ResNet.Benchmarks.Measuring;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>The classifier's forward pass counted in operations: 2 for each multiply-add of convolutions and classifier.</summary>
sealed class ForwardArithmetic : ISide
{
    readonly ReadyBytes forward;
    readonly double billions;

    public ForwardArithmetic(SideSettings settings)
    {
        forward = new(settings);
        billions = 2e-9 * NetworkSummary.Of(forward.Classifier.Network, settings.Size, settings.Size).MultiplyAdds;
    }

    public Measurement Round(int images)
    {
        var measured = forward.Round(images);
        return measured with { Items = measured.Items * billions };
    }

    public void Dispose() => forward.Dispose();
}
