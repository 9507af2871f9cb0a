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
    /// <summary>A parameter or a norm's statistic, and where it lies in its vector.</summary>
    sealed record Slot(string Name, Tensor Initial, Action<Tensor> Assign, bool IsHalf, int Layer)
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
    }

    readonly ResidualNetwork network;
    readonly List<Slot> parameters;
    readonly List<Slot> statistics;
    readonly List<(string Name, BatchNorm2d Norm)> norms;
    readonly Tensor batchCounts;
    Tensor? countedNow;
    readonly List<(Slot Slot, Tensor Values, Parameter Half)> halved = [];
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
        bool Decays(Slot slot) => options.DecaysNormsAndBiases || slot.Shape.Length > 1;
        // What is treated alike lies side by side.
        var all = Parameters(network, isHalf).ToLookup(slot => slot.Learns);
        parameters = [.. all[true].OrderBy(s => !s.IsHalf).ThenBy(s => options.LayerDecay < 1 ? s.Layer : 0).ThenBy(s => !Decays(s))];
        statistics = [.. Statistics(network)];

        Values = Gather(parameters).DetachFromDisposeScope();
        NormStatistics = Gather(statistics).DetachFromDisposeScope();
        gradients = zeros_like(Values).DetachFromDisposeScope();
        halfLength = parameters.Where(slot => slot.IsHalf).Sum(slot => slot.Length);
        if (halfLength > 0)
        {
            half = Values.narrow(0, 0, halfLength).to(ScalarType.BFloat16).DetachFromDisposeScope();
            halfGradients = zeros_like(half).DetachFromDisposeScope();
        }
        Segments = [.. Join(parameters, Decays, slot => Math.Pow(options.LayerDecay, network.Variant.Depths.Blocks + 1 - slot.Layer))];

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

        // TorchSharp counts a norm's batches by adding a number that a garbage collection may take away (Number): so they are counted here.
        norms = [.. network.named_modules().Where(m => m.module is BatchNorm2d).Select(m => (m.name, (BatchNorm2d)m.module))];
        batchCounts = tensor(norms.Select(n => n.Norm.num_batches_tracked!.item<long>()).ToArray()).DetachFromDisposeScope();
        foreach (var (_, norm) in norms)
            norm.num_batches_tracked = null;
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
    public IReadOnlyList<WeightSegment> Segments { get; }

    /// <summary>Ends a training pass: takes what it has left in bfloat16 for the <see cref="Gradients"/>, and counts the batch that norms have seen.</summary>
    public void CollectGradients()
    {
        countedNow ??= tensor(norms.Select(n => n.Norm.training ? 1L : 0L).ToArray()).DetachFromDisposeScope();
        batchCounts.add_(countedNow);
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
    public void Update(WeightSegment segment, nint first, nint second, UpdateRule rule)
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
        for (var i = 0; i < norms.Count; i++)
            state[$"{norms[i].Name}.num_batches_tracked"] = batchCounts.select(0, i);
        return state;
    }

    /// <summary>The parts of a copy by the network's names; views in the current scope.</summary>
    public IEnumerable<(string Name, Tensor View)> ByName(WeightSnapshot snapshot) =>
        ByName(snapshot.Values).Concat(statistics.Select(slot => (slot.Name, slot.View(snapshot.NormStatistics))));

    /// <summary>The parts of a vector as long as <see cref="Values"/> by the parameters' names; views in the current scope.</summary>
    public IEnumerable<(string Name, Tensor View)> ByName(Tensor vector) => parameters.Select(slot => (slot.Name, slot.View(vector)));

    static Tensor Gather(List<Slot> slots)
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

    static IEnumerable<WeightSegment> Join(List<Slot> slots, Func<Slot, bool> decays, Func<Slot, double> rate)
    {
        WeightSegment? open = null;
        foreach (var slot in slots)
        {
            var next = new WeightSegment(slot.Offset, slot.Length, rate(slot), decays(slot));
            if (open is not null && open.Start + open.Length == next.Start && open with { Start = next.Start, Length = next.Length } == next)
            {
                open = open with { Length = open.Length + next.Length };
                continue;
            }
            if (open is not null)
                yield return open;
            open = next;
        }
        if (open is not null)
            yield return open;
    }

    static IEnumerable<Slot> Parameters(ResidualNetwork network, bool isHalf)
    {
        foreach (var (name, module) in network.named_modules())
        {
            var layer = network.LayerOf(name);
            Slot Of(string part, Parameter value, Action<Parameter> assign, bool half) => new($"{name}.{part}", value, t => assign((Parameter)t), half, layer);
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

    static IEnumerable<Slot> Statistics(ResidualNetwork network)
    {
        foreach (var (name, module) in network.named_modules())
        {
            if (module is not BatchNorm2d norm)
                continue;
            yield return new($"{name}.running_mean", norm.running_mean!, t => norm.running_mean = t, IsHalf: false, Layer: 0);
            yield return new($"{name}.running_var", norm.running_var!, t => norm.running_var = t, IsHalf: false, Layer: 0);
        }
    }

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
        for (var i = 0; i < norms.Count; i++)
            norms[i].Norm.num_batches_tracked = batchCounts.select(0, i).clone();
        foreach (var vector in new[] { Values, gradients, NormStatistics, half, halfGradients, batchCounts, countedNow })
            vector?.Dispose();
    }
}

/// <summary>A run of weights that learn alike.</summary>
/// <param name="Start">Its first place in the vector.</param>
/// <param name="Length">How many weights it has.</param>
/// <param name="RateFactor">What the learning rate is multiplied by.</param>
/// <param name="Decays">Whether its weights decay.</param>
internal sealed record WeightSegment(long Start, long Length, double RateFactor, bool Decays)
{
    /// <summary>The segment's part of a vector: a view, in the current scope.</summary>
    public Tensor Of(Tensor vector) => vector.narrow(0, Start, Length);
}

/// <summary>Weights and norm statistics of a moment; the owner disposes them.</summary>
internal sealed record WeightSnapshot(Tensor Values, Tensor NormStatistics) : IDisposable
{
    public void Dispose()
    {
        Values.Dispose();
        NormStatistics.Dispose();
    }
}
