using ResNet.Torch.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>
/// All weights of a network in one float32 vector, with all their gradients in another, so that an optimizer's step is a
/// few operations over whole vectors rather than a loop over parameters. The network's parameters and norm statistics are views into them.
/// </summary>
/// <remarks>
/// In bfloat16 the convolutions' and the classifier's parameters are views into a copy of that type, which <see cref="Publish"/>
/// renews. Frozen parameters are in no vector. <see cref="Dispose"/> gives the network float32 parameters again.
/// </remarks>
internal sealed class WeightVector : IDisposable
{
    readonly ResidualNetwork network;
    readonly List<WeightSlot> parameters;
    readonly List<WeightSlot> statistics;
    readonly NormBatches batches;
    readonly WeightSegment[] segments;
    readonly List<(WeightSlot Slot, Tensor Values, Parameter Half)> halved = [];
    readonly long halfLength;
    readonly Tensor? half;
    readonly Tensor? halfGradients;
    readonly Tensor gradients;
    readonly bool addsUp;
    bool isHalfFull;

    /// <param name="network">The network, which stays the caller's.</param>
    /// <param name="options">Which weights decay, and how fast each layer learns.</param>
    /// <param name="isHalf">Whether convolutions and the classifier compute in bfloat16.</param>
    public WeightVector(ResidualNetwork network, OptimizerOptions options, bool isHalf)
    {
        (this.network, addsUp) = (network, options.AccumulatedBatches > 1);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        bool Decays(WeightSlot slot) => options.DecaysNormsAndBiases || slot.Shape.Length > 1;
        // What is treated alike lies side by side.
        var all = WeightSlot.Parameters(network, isHalf).ToLookup(slot => slot.Learns);
        parameters = [.. all[true].OrderBy(s => !s.IsHalf).ThenBy(s => options.LayerDecay < 1 ? s.Layer : 0).ThenBy(s => !Decays(s))];
        statistics = [.. WeightSlot.Statistics(network)];

        Values = WeightSlot.Gather(parameters).DetachFromDisposeScope();
        NormStatistics = WeightSlot.Gather(statistics).DetachFromDisposeScope();
        gradients = zeros_like(Values).DetachFromDisposeScope();
        halfLength = parameters.Where(slot => slot.IsHalf).Sum(slot => slot.Length);
        if (halfLength > 0)
        {
            half = Values.narrow(0, 0, halfLength).to(ScalarType.BFloat16).DetachFromDisposeScope();
            halfGradients = zeros_like(half).DetachFromDisposeScope();
        }
        segments = [.. WeightSegment.Join(parameters, Decays, slot => Math.Pow(options.LayerDecay, network.Variant.Depths.Blocks + 1 - slot.Layer))];

        foreach (var slot in parameters)
        {
            slot.Assign(new Parameter(slot.View(slot.IsHalf ? half! : Values).detach())
            {
                grad = slot.View(slot.IsHalf ? halfGradients! : gradients),
            });
        }
        foreach (var slot in all[false].Where(slot => slot.IsHalf))
        {
            var frozen = new Parameter(slot.Initial.detach().to(ScalarType.BFloat16), requires_grad: false);
            halved.Add((slot, slot.Initial.detach().clone().DetachFromDisposeScope(), frozen));
            slot.Assign(frozen);
        }
        foreach (var slot in statistics)
            slot.Assign(slot.View(NormStatistics));

        batches = new(network);
        network.IsInRun = true;
    }

    /// <summary>The weights, float32.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients, float32, zero after a step.</summary>
    public Tensor Gradients
    {
        get
        {
            AddHalfGradients();
            return gradients;
        }
    }

    /// <summary>Means and variances that the norms have seen, float32.</summary>
    public Tensor NormStatistics { get; }

    /// <summary>The parts that learn, each with a rate and a decay of its own.</summary>
    public ReadOnlySpan<WeightSegment> Segments => segments;

    /// <summary>Ends a training pass: takes what it has left in bfloat16 for the <see cref="Gradients"/>, and counts the batch that norms have seen.</summary>
    public void CollectGradients()
    {
        batches.Count();
        isHalfFull = halfGradients is not null;
        if (addsUp) // before the next pass adds to them in bfloat16
            AddHalfGradients();
    }

    void AddHalfGradients()
    {
        if (!isHalfFull)
            return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        gradients.narrow(0, 0, halfLength).add_(halfGradients!);
        halfGradients!.zero_();
        isHalfFull = false;
    }

    /// <summary>Applies an optimizer's rule to a segment, sets its gradients to zero and renews its copy in bfloat16.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="first">The optimizer's vector.</param>
    /// <param name="second">Its other vector, or the same again.</param>
    /// <param name="rule">How weights move.</param>
    public void Update<TRule>(WeightSegment segment, nint first, nint second, TRule rule) where TRule : unmanaged, IUpdateRule
    {
        var (start, end) = (segment.Start, segment.Start + segment.Length);
        var middle = Math.Clamp(halfLength, start, end);
        var all = new WeightMemory(TorchNative.Data(Values), TorchNative.Data(gradients), 0, 0);
        if (middle > start)
            (all with { Gradients = isHalfFull ? 0 : all.Gradients, Half = TorchNative.Data(half!), HalfGradients = TorchNative.Data(halfGradients!) }).Update(start, middle - start, first, second, rule);
        if (end > middle)
            all.Update(middle, end - middle, first, second, rule);
    }

    /// <summary>Ends a step: all segments are updated.</summary>
    public void Updated() => isHalfFull = false;

    /// <summary>Makes the network compute with <see cref="Values"/> as they are now.</summary>
    public void Publish()
    {
        if (half is null)
            return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        half.copy_(Values.narrow(0, 0, halfLength));
    }

    /// <summary>Makes the network compute with all of <see cref="State"/> as it is now, what is frozen included.</summary>
    public void PublishAll()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (_, values, frozen) in halved)
            frozen.copy_(values);
        Publish();
    }

    /// <summary>Whether every weight is smaller than a bound in magnitude, and every norm statistic a finite number.</summary>
    public bool AreWithin(double bound)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Values.abs().max().lt(Number.Of(bound)).logical_and(NormStatistics.isfinite().all()).item<bool>();
    }

    /// <summary>A copy of weights and norm statistics, which the caller disposes.</summary>
    public WeightSnapshot Snapshot() => new(Values.clone().DetachFromDisposeScope(), NormStatistics.clone().DetachFromDisposeScope());

    /// <summary>Sets weights and norm statistics to those of a copy.</summary>
    public void Restore(WeightSnapshot snapshot)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Values.copy_(snapshot.Values);
        NormStatistics.copy_(snapshot.NormStatistics);
        Publish();
    }

    /// <summary>The network's state dictionary in float32: views in the current scope, which <c>copy_</c> writes through.</summary>
    public Dictionary<string, Tensor> State()
    {
        var state = network.state_dict();
        foreach (var (name, view) in ByName(new WeightSnapshot(Values, NormStatistics)))
            state[name] = view;
        foreach (var (slot, values, _) in halved)
            state[slot.Name] = values;
        foreach (var (name, count) in batches.ByName())
            state[name] = count;
        return state;
    }

    /// <summary>The parts of a copy by the network's names; views in the current scope.</summary>
    public IEnumerable<(string Name, Tensor View)> ByName(WeightSnapshot snapshot) =>
        ByName(snapshot.Values).Concat(statistics.Select(slot => (slot.Name, slot.View(snapshot.NormStatistics))));

    /// <summary>The parts of a vector as long as <see cref="Values"/> by the parameters' names; views in the current scope.</summary>
    public IEnumerable<(string Name, Tensor View)> ByName(Tensor vector) => parameters.Select(slot => (slot.Name, slot.View(vector)));

    /// <summary>Gives the network float32 parameters with the weights as they are, and no gradients.</summary>
    public void Dispose()
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            foreach (var slot in parameters)
                slot.Assign(new Parameter(slot.View(Values).clone()));
            foreach (var (slot, values, _) in halved)
                slot.Assign(new Parameter(values, requires_grad: false));
            foreach (var slot in statistics)
                slot.Assign(slot.View(NormStatistics).clone());
        }
        network.IsInRun = false;
        batches.Dispose();
        foreach (var vector in new[] { Values, gradients, NormStatistics, half, halfGradients })
            vector?.Dispose();
    }
}
