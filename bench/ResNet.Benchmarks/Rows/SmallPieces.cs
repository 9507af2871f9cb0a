using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;
using ResNet.Torch;
using ResNet.Torch.Images;
using SkiaSharp;

namespace ResNet.Benchmarks.Rows;

/// <summary>What scoring is made of, each piece by itself.</summary>
public class SmallPieces : IDisposable
{
    const int BatchSize = 32;

    static string photos = "";
    string file = "";
    ImagePreset asItIs = null!;
    PixelShape photo, resized;
    byte[] decoded = [], small = [], batch = [];
    ImageClassifier resnet18 = null!, resnet50 = null!;
    LabelledImages images = null!;

    [GlobalSetup]
    public void SetUp()
    {
        SideSettings Settings(string network) => new("", network, 224, photos, "");
        file = FileOf(photos);
        var size = SKBitmap.DecodeBounds(file);
        asItIs = ImagePreset.ImageNet(size.Height, size.Width);
        (photo, resized) = (new(asItIs), new(size.Height * 256 / Math.Min(size.Height, size.Width), size.Width * 256 / Math.Min(size.Height, size.Width), 3));
        (decoded, small) = (asItIs.ReadFile(file), new byte[resized.Bytes]);
        batch = Classifiers.ReadyBytes(Settings("resnet18"), BatchSize);
        (resnet18, resnet50) = (Classifiers.Seeded(Settings("resnet18")), Classifiers.Seeded(Settings("resnet50")));
        images = new(ImagePresets.TorchvisionV1, classes: 2);
        for (var i = 0; i < BatchSize; i++)
            images.Add(batch.AsSpan(i * images.Preset.ImageBytes, images.Preset.ImageBytes), i % 2);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        resnet18.Dispose();
        resnet50.Dispose();
        images.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Description = "a file to 224×224 pixels: read, decoded, resized, cropped")]
    public byte[] FileToPixels() => ImagePresets.TorchvisionV1.ReadFile(file);

    [Benchmark(Description = "the same file read and decoded alone")]
    public byte[] FileDecoded() => asItIs.ReadFile(file);

    [Benchmark(Description = "its pixels resized to a shorter side of 256")]
    public byte[] Resize()
    {
        PixelResize.Resize(decoded, photo, new(0, 0, photo.Width, photo.Height), small, resized);
        return small;
    }

    [Benchmark(Description = "a batch of 32 gathered from a set of images")]
    public byte[] Batch()
    {
        for (var i = 0; i < BatchSize; i++)
            images.CopyPixels(i, batch.AsSpan(i * images.Preset.ImageBytes));
        return batch;
    }

    [Benchmark(Description = "resnet18 on one image's pixels")]
    public float[] ResNet18() => resnet18.Score(batch.AsSpan(0, resnet18.Preset.ImageBytes));

    [Benchmark(Description = "resnet50 on one image's pixels")]
    public float[] ResNet50() => resnet50.Score(batch.AsSpan(0, resnet50.Preset.ImageBytes));

    [Benchmark(Description = "resnet50 on one file")]
    public float[] ResNet50File() => resnet50.ScoreFile(file);

    /// <summary>The one in the middle, by name.</summary>
    static string FileOf(string folder)
    {
        var files = Photographs.In(folder);
        return files[files.Length / 2];
    }

    internal static void Run(BenchmarkOptions options)
    {
        photos = options.PhotosOrDrawn();
        var config = ManualConfig.CreateEmpty()
            // In this process: another would have to find libtorch again.
            .AddJob(Job.ShortRun.WithIterationCount(options.Rounds ?? 9).WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
        var lines = BenchmarkRunner.Run<SmallPieces>(config).Reports.Select(Line.Of).ToList();
        ResultFiles.Write(Path.Combine(options.Output.Folder, "benchmarks-small.csv"), lines);
        ResultFiles.WriteText(Path.Combine(options.Output.Folder, "benchmarks-small.md"), $"""
            # The pieces of scoring

            {Machine.Description}; {Machine.Versions}. `{options.Command}`

            Each alone, by BenchmarkDotNet; milliseconds of one. The file is {Described(FileOf(photos))}.

            | piece | median | least | most | bytes allocated | n |
            |---|---:|---:|---:|---:|---:|
            {string.Join('\n', lines)}

            """);
        lines.ForEach(Console.WriteLine);
    }

    static string Described(string file)
    {
        var size = SKBitmap.DecodeBounds(file);
        return $"a JPEG of {size.Width}×{size.Height} pixels and {new FileInfo(file).Length} bytes";
    }

    /// <summary>A line of benchmarks-small.csv.</summary>
    sealed record Line(string Piece, double Median, double Least, double Most, long? AllocatedBytes, int Iterations)
    {
        public static Line Of(BenchmarkReport report) => report.ResultStatistics is { } times
            ? new(report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''), times.Median / 1e6, times.Min / 1e6, times.Max / 1e6, report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase), times.N)
            : throw new InvalidOperationException($"{report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo} was not measured: {string.Join(" ", report.ExecuteResults.SelectMany(result => result.Errors))}");

        public override string ToString() => FormattableString.Invariant($"| {Piece} | {Median:F3} | {Least:F3} | {Most:F3} | {AllocatedBytes} | {Iterations} |");
    }
}
