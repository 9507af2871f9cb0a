using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sampling;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>Where processor time goes while the files of the largest case are scored: before, by a program with SkiaSharp and TorchSharp alone, and after, by this library.</summary>
static class ProcessorTime
{
    static readonly Load before = new(SideKind.PlainFiles, Images: 1000, First: 64), after = new(SideKind.ScoredFiles, Images: 1000, First: 64);

    /// <summary>A line of benchmarks-processor.csv.</summary>
    /// <param name="Part">What is done.</param>
    /// <param name="ShareBefore">Its share of the processor's time.</param>
    /// <param name="MillisecondsBefore">Processor milliseconds of an image.</param>
    /// <param name="ShareAfter">As before.</param>
    /// <param name="MillisecondsAfter">As before.</param>
    sealed record Line(string Part, double ShareBefore, double MillisecondsBefore, double ShareAfter, double MillisecondsAfter)
    {
        public override string ToString() => FormattableString.Invariant($"| {Part} | {ShareBefore:P1} | {MillisecondsBefore:F2} | {ShareAfter:P1} | {MillisecondsAfter:F2} |");
    }

    /// <summary>A side's time: processor milliseconds of an image by part, and the time that an image takes by the clock.</summary>
    sealed record Sampled(IReadOnlyDictionary<string, double> Parts, double ClockMilliseconds)
    {
        public double Sum => Parts.Values.Sum();

        public double Of(string part) => Parts.GetValueOrDefault(part);
    }

    public static void Run(BenchmarkOptions options)
    {
        var network = options.Networks[^1];
        var (plain, ours) = (Sample(options, network, before), Sample(options, network, after));
        List<Line> lines =
        [
            .. ProcessorPart.All.Select(part => part.Name).Distinct()
                .Select(part => new Line(part, plain.Of(part) / plain.Sum, plain.Of(part), ours.Of(part) / ours.Sum, ours.Of(part)))
                .Where(line => line.MillisecondsBefore + line.MillisecondsAfter > 0)
                .OrderByDescending(line => line.MillisecondsBefore),
            new("all", 1, plain.Sum, 1, ours.Sum),
        ];
        ResultFiles.Write(Path.Combine(options.Output.Folder, "benchmarks-processor.csv"), lines);
        ResultFiles.WriteText(Path.Combine(options.Output.Folder, "benchmarks-processor.md"), FormattableString.Invariant($"""
            # What the processor does while {network} scores files

            {Machine.Description}; {Machine.Versions}. `{options.Command}`

            {options.PhotosDescribed}. Each side {before with { Images = options.Images ?? before.Images }} images, after {before.First} that are not counted; {PerfRecord.SamplesPerSecond} samples for each second of a processor (Linux's perf).
            Before: {before.Kind.Label}, {plain.ClockMilliseconds:F1} ms an image by the clock. After: {after.Kind.Label}, {ours.ClockMilliseconds:F1} ms, {plain.ClockMilliseconds / ours.ClockMilliseconds:F1} times as fast. Milliseconds below are those of all processors together.

            | part | before | ms an image | after | ms an image |
            |---|---:|---:|---:|---:|
            {string.Join('\n', lines)}

            """));
        lines.ForEach(Console.WriteLine);
    }

    static Sampled Sample(BenchmarkOptions options, string network, Load load)
    {
        var images = options.Images ?? load.Images;
        using var process = new SideProcess(options.SettingsOf(load.Kind, network), PerfRecord.Environment);
        process.Round(load.First);
        using var record = new PerfRecord(process.Id);
        var round = process.Round(images);
        var samples = record.End();
        Console.WriteLine(FormattableString.Invariant($"processor: {load.Kind.Label}: {round.Rate:F1} images/s, {samples.Sum(sample => sample.Count)} samples"));
        return new(
            samples.GroupBy(ProcessorPart.NameOf).ToDictionary(part => part.Key, part => 1000.0 * part.Sum(sample => sample.Count) / PerfRecord.SamplesPerSecond / images),
            1000 / round.Rate);
    }
}
