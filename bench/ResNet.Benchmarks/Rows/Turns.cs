using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>A side and how much it does.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Images">Images, rows or products of a round: some seconds' worth.</param>
/// <param name="First">Those of the round before the first, which compiles and is not counted.</param>
sealed record Load(SideKind Kind, int Images, int First);

/// <summary>Rounds of several sides, taken by turns.</summary>
sealed class Turns
{
    readonly string network;
    readonly string data;
    readonly Load[] loads;
    readonly Measurement[][] rounds; // side → round

    Turns(string network, string data, Load[] loads, int count) => (this.network, this.data, this.loads, rounds) = (network, data, loads, [.. loads.Select(_ => new Measurement[count])]);

    /// <param name="options">Rounds and images, where they are not the row's.</param>
    /// <param name="row">The row's name, for the lines that say how far it is.</param>
    /// <param name="network">A row of the table of networks.</param>
    /// <param name="data">What is read, in words.</param>
    /// <param name="count">Rounds.</param>
    /// <param name="loads">Ours first.</param>
    public static Turns Take(BenchmarkOptions options, string row, string network, string data, int count, params Load[] loads)
    {
        loads = [.. loads.Select(load => load with { Images = options.Images ?? load.Images })];
        var turns = new Turns(network, data, loads, options.Rounds ?? count);
        var processes = new List<SideProcess>();
        try
        {
            processes.AddRange(loads.Select(load => new SideProcess(options.SettingsOf(load.Kind, network))));
            foreach (var (process, load) in processes.Zip(loads))
                process.Round(Math.Min(load.First, load.Images));
            foreach (var (round, side) in Alternation.Turns(loads.Length, options.Rounds ?? count))
            {
                var measured = turns.rounds[side][round] = processes[side].Round(loads[side].Images);
                Console.WriteLine(FormattableString.Invariant($"  {row} {network}, round {round + 1}: {measured.Rate:G4}/s in {measured.Seconds:F1} s, {loads[side].Kind.Label}"));
            }
            return turns;
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    /// <summary>Ours against another side, round by round.</summary>
    /// <param name="other">Number of the other side, from 1.</param>
    /// <param name="figure">What is compared.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="goal">What the ratio should be; null where it is only stated.</param>
    public Comparison Against(int other, Func<Measurement, double> figure, string unit, Goal? goal) => new(
        network, loads[0].Kind.Label, loads[other].Kind.Label, unit, [.. rounds[0].Select(figure)], [.. rounds[other].Select(figure)], goal)
    {
        Images = loads[0].Images == loads[other].Images ? $"{loads[0].Images}" : $"{loads[0].Images}, {loads[other].Images}",
        Data = data,
    };
}
