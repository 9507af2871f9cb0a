using System.Text.Json.Serialization;

namespace ResNet.Benchmarks.Measuring;

/// <summary>What a round came to; a side's process writes it as a line of JSON.</summary>
/// <param name="Items">What was done: images, rows, or 10⁹ floating-point operations.</param>
/// <param name="Seconds">The time that it took.</param>
sealed record Measurement(double Items, double Seconds)
{
    /// <summary>Seconds of each item, where they are timed one by one.</summary>
    public double[] Each { get; init; } = [];

    /// <summary>What the process held after the round, where that is measured.</summary>
    public MemoryUse? Memory { get; init; }

    /// <summary>What several turns came to together; the memory is that after the last.</summary>
    public static Measurement Sum(IReadOnlyList<Measurement> turns) => new(turns.Sum(turn => turn.Items), turns.Sum(turn => turn.Seconds))
    {
        Each = [.. turns.SelectMany(turn => turn.Each)],
        Memory = turns[^1].Memory,
    };

    /// <summary>Items in a second.</summary>
    [JsonIgnore]
    public double Rate => Items / Seconds;
}

/// <summary>What a process holds.</summary>
/// <param name="ResidentBytes">Its memory in RAM, native and managed.</param>
/// <param name="ManagedBytes">Live objects of the managed heap, after a full collection.</param>
/// <param name="Tensors">Native tensors that TorchSharp has not freed.</param>
sealed record MemoryUse(double ResidentBytes, double ManagedBytes, double Tensors);
