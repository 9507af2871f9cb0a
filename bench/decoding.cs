// Images per second from files to a network's 224×224 pixels, on one thread and on two: ours (torchvision's resize and crop, to the bit) and ML.NET's
// LoadImages → ResizeImages (IsoCrop) → ExtractPixels, by turns in one run: dotnet run -c Release bench/decoding.cs FOLDER [ROUNDS]

#:project ../src/ResNet.MLNet
#:package Microsoft.ML
#:package Microsoft.ML.ImageAnalytics
#:property PublishAot=false

using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch;

var rounds = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 7;
var mlContext = new MLContext();
// 512 rows, so that ML.NET, which divides rows in batches of 128, has work for two threads.
var files = Directory.GetFiles(args[0]).Order(StringComparer.Ordinal).ToArray();
var rows = Enumerable.Range(0, 512).Select(i => new Row { Path = files[i % files.Length] }).ToArray();
var data = mlContext.Data.LoadFromEnumerable(rows);
var pixels = mlContext.Transforms.LoadImages("Image", null, "Path")
    .Append(mlContext.Transforms.ResizeImages("Image", 224, 224, resizing: ImageResizingEstimator.ResizingKind.IsoCrop))
    .Append(mlContext.Transforms.ExtractPixels("Pixels", "Image")).Fit(data).Transform(data);
var preset = ImagePresets.TorchvisionV1;

Console.WriteLine(FormattableString.Invariant($"{files.Length} files, {rows.Length} rows, {rounds} rounds, {Environment.ProcessorCount} processors, .NET {Environment.Version}"));
Console.WriteLine("| threads | ours, images/s | ML.NET, images/s | ratio: median (least to most) |");
Console.WriteLine("|---|---|---|---|");
foreach (var threads in new[] { 1, 2 })
{
    Ours(threads);
    Theirs(threads);
    var times = Enumerable.Range(0, rounds).Select(round => round % 2 == 0 ? (Ours: Ours(threads), Theirs: Theirs(threads)) : Swap(Theirs(threads), Ours(threads))).ToList();
    var ratios = times.Select(time => time.Theirs / time.Ours).Order().ToList();
    Console.WriteLine(FormattableString.Invariant($"| {threads} | {rows.Length / Median(times.Select(time => time.Ours)):F0} | {rows.Length / Median(times.Select(time => time.Theirs)):F0} | {Median(ratios):F2} ({ratios[0]:F2} to {ratios[^1]:F2}) |"));
}

double Ours(int threads) => Seconds(() => Parallel.ForEach(rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new byte[preset.ImageBytes], (row, _, room) =>
{
    preset.ReadFile(row.Path, room);
    return room;
}, _ => { }));

double Theirs(int threads) => Seconds(() =>
{
    DataViewSchema.Column[] needed = [pixels.Schema["Pixels"]];
    var cursors = threads == 1 ? [pixels.GetRowCursor(needed)] : pixels.GetRowCursorSet(needed, threads);
    Parallel.ForEach(cursors, new ParallelOptions { MaxDegreeOfParallelism = threads }, cursor =>
    {
        var get = cursor.GetGetter<VBuffer<float>>(needed[0]);
        VBuffer<float> values = default;
        while (cursor.MoveNext())
            get(ref values);
        cursor.Dispose();
    });
});

static (double Ours, double Theirs) Swap(double theirs, double ours) => (ours, theirs);

static double Seconds(Action work)
{
    var clock = Stopwatch.StartNew();
    work();
    return clock.Elapsed.TotalSeconds;
}

static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

sealed class Row
{
    public string Path { get; set; } = "";
}
