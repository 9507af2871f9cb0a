using ResNet.Benchmarks.Measuring;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>What a process holds after every 1,000 of 100,000 scored rows, against what it held after the first 1,000.</summary>
static class MemoryOverRows
{
    const int RowsOfARound = 1000, Rounds = 100;

    static readonly (string Unit, Func<MemoryUse, double> Figure)[] figures =
    [
        ("MB resident", held => held.ResidentBytes / 1e6),
        ("MB managed", held => held.ManagedBytes / 1e6),
        ("tensors", held => held.Tensors),
    ];

    public static IEnumerable<Comparison> Run(BenchmarkOptions options, string row) =>
        Of(options, row, "resnet20", size: 32).Concat(Of(options, row, "resnet18", size: 64));

    static IEnumerable<Comparison> Of(BenchmarkOptions options, string row, string network, int size)
    {
        var rows = options.Images ?? RowsOfARound;
        var settings = options.SettingsOf(SideKind.Memory, network, size);
        var data = Photographs.Described(settings.Photos);
        using var process = new SideProcess(settings);
        process.Round(0); // what it takes to answer is held from now on
        var rounds = Enumerable.Range(0, options.Rounds ?? Rounds).Select(round => Measured(process, rows, $"{row} {network}, round {round + 1}")).ToList();
        return [.. figures.Select(figure =>
        {
            var held = rounds.Select(round => figure.Figure(round.Memory!)).ToList();
            return new Comparison($"{network}, {size}×{size}", $"after each further {rows} rows", $"after the first {rows} rows", figure.Unit, held[1..], [.. held.Skip(1).Select(_ => held[0])], Goal.NeverAbove(1.05))
            {
                Images = $"{rows}",
                Data = data,
            };
        })];
    }

    static Measurement Measured(SideProcess process, int rows, string name)
    {
        var round = process.Round(rows);
        Console.WriteLine(FormattableString.Invariant($"  {name}: {round.Rate:F0} rows/s, {round.Memory!.ResidentBytes / 1e6:F0} MB resident, {round.Memory.ManagedBytes / 1e6:F2} MB managed, {round.Memory.Tensors} tensors"));
        return round;
    }
}
