using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>A side and how much it does.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Images">Images, rows or products of a round: some seconds' worth.</param>
/// <param name="First">Those of the round before the first, which compiles and is not counted.</param>
sealed record Load(SideKind Kind, int Images, int First)
{
    /// <summary>Images of a turn: a round may be several, so that what disturbs one side disturbs the other too. Default a whole round.</summary>
    public int Turn { get; init; } = int.MaxValue;

    /// <summary>Images of each turn of a round.</summary>
    public IEnumerable<int> Turns => Enumerable.Range(0, (Images - 1) / Turn + 1).Select(turn => Math.Min(Turn, Images - turn * Turn));

    /// <summary>"1000", or "1000 in turns of 50 after 300".</summary>
    public override string ToString() => Turn < Images ? $"{Images} in turns of {Turn} after {First}" : $"{Images}";
}

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
            for (var round = 0; round < turns.rounds[0].Length; round++)
            {
                turns.Take(round, processes);
                foreach (var (load, measured) in loads.Zip(turns.rounds.Select(rounds => rounds[round])))
                    Console.WriteLine(FormattableString.Invariant($"  {row} {network}, round {round + 1}: {measured.Rate:G4}/s in {measured.Seconds:F1} s, {load.Kind.Label}"));
            }
            return turns;
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    void Take(int round, List<SideProcess> processes)
    {
        var turns = loads.Select(load => load.Turns.ToList()).ToList();
        var parts = loads.Select(_ => new List<Measurement>()).ToList();
        foreach (var (turn, side) in Alternation.Turns(loads.Length, turns.Max(sizes => sizes.Count), first: round))
        {
            if (turn < turns[side].Count)
                parts[side].Add(processes[side].Round(turns[side][turn]));
        }
        for (var side = 0; side < loads.Length; side++)
            rounds[side][round] = Measurement.Sum(parts[side]);
    }

    /// <summary>Ours against another side, round by round.</summary>
    /// <param name="other">Number of the other side, from 1.</param>
    /// <param name="figure">What is compared.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="goal">What the ratio should be; null where it is only stated.</param>
    public Comparison Against(int other, Func<Measurement, double> figure, string unit, Goal? goal) => new(
        network, loads[0].Kind.Label, loads[other].Kind.Label, unit, [.. rounds[0].Select(figure)], [.. rounds[other].Select(figure)], goal)
    {
        Images = $"{loads[0]}" == $"{loads[other]}" ? $"{loads[0]}" : $"{loads[0]}, {loads[other]}",
        Data = data,
    };
}
