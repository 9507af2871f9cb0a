using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch;

/// <content>The network under another head: features of its stages, frozen parts.</content>
public sealed partial class ResidualNetwork
{
    /// <summary>Number of first stages that are frozen with the stem: 0 is the stem alone. Null: nothing is frozen.</summary>
    public int? FrozenStages { get; private set; }

    /// <summary>Whether <see cref="FreezeNorms"/> keeps every norm in eval mode.</summary>
    public bool HasFrozenNorms { get; private set; }

    /// <summary>Pixels of the image for each one of a stage's output, along a side: 4, 8, 16 and 32 with the standard stem.</summary>
    /// <param name="stage">1 is the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such stage.</exception>
    public int StageStride(int stage)
    {
        RequireStage(stage);
        var halvings = Math.Min(stage, stages.Length - Variant.DilatedStages) - 1;
        return (Stem == Stem.Standard ? 4 : 1) << Math.Max(0, halvings);
    }

    /// <summary>Computes the outputs of stages in one pass, which ends with the last of them.</summary>
    /// <param name="images">float32 [N, <see cref="Channels"/>, H, W], normalised.</param>
    /// <param name="wanted">Stages, 1 the first; every stage when none is given.</param>
    /// <returns>
    /// For each stage asked for, in that order, float32 [N, <see cref="ResNetVariant.StageChannels"/>, H/stride, W/stride] with
    /// <see cref="StageStride"/>, rounded up; the caller, or the scope it is in, disposes them. A pre-activated network's are what
    /// its blocks pass on, before the next norm.
    /// </returns>
    /// <exception cref="ArgumentException">The batch does not have four dimensions, or not the network's channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such stage.</exception>
    public IReadOnlyList<Tensor> Features(Tensor images, params int[] wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        RequireBatch(images);
        Array.ForEach(wanted, RequireStage);
        if (wanted.Length == 0)
            wanted = [.. Enumerable.Range(1, stages.Length)];

        using var scope = NewDisposeScope();
        var outputs = new List<Tensor>();
        var x = StemOf(images);
        foreach (var stage in stages.Take(wanted.Max()))
            outputs.Add(x = stage.call(x));
        return [.. wanted.Select(stage => outputs[stage - 1].MoveToOuterDisposeScope())];
    }

    /// <summary>The features of a stage averaged over their pixels, in the weights' type; the last stage's are what the classifier looks at.</summary>
    internal Tensor PooledFeatures(Tensor images, int stage)          // N×channels×H×W
    {
        if (stage == stages.Length)
            return PooledFeatures(images);
        using var scope = NewDisposeScope();
        return functional.adaptive_avg_pool2d(Features(images, stage)[0], 1).flatten(1).MoveToOuterDisposeScope();   // N×channels of the stage
    }

    /// <summary>
    /// Freezes the stem and the first stages: their parameters get no gradient, and their norms stay in eval mode, whatever
    /// <see cref="train"/> is told. Later stages and the classifier learn. With every stage a pre-activated network's last norm is frozen too.
    /// </summary>
    /// <param name="stageCount">Number of stages, 0 for the stem alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 0, or more stages than the network has.</exception>
    public void Freeze(int stageCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stageCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stageCount, stages.Length);
        SetFrozen(stageCount, HasFrozenNorms);
    }

    /// <summary>Keeps every norm in eval mode, whatever <see cref="train"/> is told; its weight and bias go on learning outside frozen stages.</summary>
    public void FreezeNorms() => SetFrozen(FrozenStages, norms: true);

    /// <summary>Lets everything learn again: every parameter gets a gradient, and norms follow <see cref="train"/>.</summary>
    public void Unfreeze() => SetFrozen(null, norms: false);

    /// <summary>Sets training or eval mode for all but what is frozen, which stays in eval mode.</summary>
    /// <param name="train">True for training mode.</param>
    public override void train(bool train = true)
    {
        base.train(train);
        if (!train)
            return;
        foreach (var part in FrozenParts())
            part.eval();
        foreach (var norm in modules().OfType<BatchNorm2d>().Where(_ => HasFrozenNorms))
            norm.eval();
    }

    void SetFrozen(int? stageCount, bool norms)
    {
        (FrozenStages, HasFrozenNorms) = (stageCount, norms);
        foreach (var parameter in parameters())
            parameter.requires_grad = true;
        foreach (var parameter in FrozenParts().SelectMany(part => part.parameters()))
        {
            parameter.requires_grad = false;
            parameter.grad = null; // an optimizer's momentum would go on moving it
        }
        train(training);
    }

    IEnumerable<Module> FrozenParts() =>
        FrozenStages is not { } count ? []
        : norm is null || count < stages.Length ? [conv1, bn1, .. stages.Take(count)]
        : [conv1, bn1, .. stages, norm];

    /// <exception cref="ArgumentOutOfRangeException">The network has no such stage.</exception>
    internal void RequireStage(int stage)
    {
        if (stage < 1 || stage > stages.Length)
            throw new ArgumentOutOfRangeException(nameof(stage), stage, $"{Variant} has stages 1 to {stages.Length}.");
    }
}
