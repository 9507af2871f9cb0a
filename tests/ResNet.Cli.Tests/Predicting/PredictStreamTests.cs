using System.Diagnostics;
using System.Text.Json;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Predicting;

/// <summary>Paths on standard input: what xargs, GNU parallel, Hadoop's streaming and Spark's pipe count on.</summary>
[TestClass]
public class PredictStreamTests
{
    /// <summary>Images after which every buffer and code path has been used.</summary>
    const int Settled = 2000;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("model.safetensors")]
    [DataRow("exported.onnx")]
    [DataRow("exported.zip")]
    public void Predict_ConsumerThatWaits_HasEachAnswerAtOnceInUtf8(string file)
    {
        using var model = new TestModel();
        if (model.File(file) != model.Path)
            Tool.Run("export", model.Path, model.File(file)).Succeeded();
        string[] paths = [model.Image(1, "a.png"), model.Image(2, "zwölf", "写真.png"), model.NoImage("bad.png"), model.Image(4, "d.png")];
        using var process = new PredictProcess(model.File(file));

        foreach (var (path, end) in paths.Zip(["\n", "\r\n", "\n\n", "\n"]))
        {
            process.Input.Write(path + end);
            process.Input.Flush();
            var row = process.Next();
            Assert.AreEqual(path, row.GetProperty("path").GetString());
            Assert.AreEqual(path == paths[2], row.TryGetProperty("error", out _));
        }
        process.Input.Close();

        Assert.IsNull(process.Output.ReadLine());
        var (exitCode, error) = process.End();
        Assert.AreEqual(ExitCode.Success, exitCode);
        Assert.AreEqual("1 of 4 images could not be scored; its result says why.", error.Trim());
    }

    [TestMethod]
    public void Predict_ReaderThatLeaves_EndsQuietly()
    {
        if (OperatingSystem.IsWindows())
        {
            TestContext.WriteLine("Left out: Windows does not tell a program that its reader has left.");
            return;
        }
        using var model = new TestModel();
        var image = model.Image(1, "a.png");
        using var process = new PredictProcess(model.Path);
        process.Input.WriteLine(image);
        process.Input.Flush();
        process.Next();

        process.Output.Close(); // as head does
        process.Input.WriteLine(image);
        process.Input.Flush();

        Assert.AreEqual((ExitCode.Success, ""), process.End()); // its input is still open
    }

    [TestMethod]
    public void Predict_InterruptedWhileItWaits_EndsWith130()
    {
        if (OperatingSystem.IsWindows())
        {
            TestContext.WriteLine("Left out: Windows has no signal for one process.");
            return;
        }
        using var model = new TestModel();
        using var process = new PredictProcess(model.Path);
        process.Input.WriteLine(model.Image(1, "a.png"));
        process.Input.Flush();
        process.Next();

        process.Interrupt();

        Assert.AreEqual((ExitCode.Cancelled, "Stopped.\n"), process.End()); // its input is still open
    }

    [TestMethod]
    public void Predict_HundredsOfImages_KeepsTheirOrderAndTheirSumInShards()
    {
        using var model = new TestModel();
        List<string> paths = [.. model.Images(300)];
        paths.Insert(150, model.NoImage("bad.png"));

        RequireStream(paths, model.Path);
    }

    [TestMethod]
    [TestCategory("Long")]
    public void Predict_TenThousandImages_KeepsTheirOrderAndItsMemory()
    {
        if (Environment.GetEnvironmentVariable("RESNET_LONG_TESTS") is not "1")
        {
            TestContext.WriteLine("Left out: RESNET_LONG_TESTS is not 1.");
            return;
        }
        using var model = new TestModel();
        var bad = model.NoImage("bad.jpg");
        if (SharedData.Find("data/weights/cifar-resnet20.th") is not { } weights || SharedData.Find("data/cifar10-jpeg.tar.gz") is not { } archive || SharedData.Find("reference/cifar-resnet20.json") is not { } reference)
        {
            TestContext.WriteLine("With generated images: the checkpoint and the images of CIFAR-10 are not beside the repository, in shared/data and shared/reference.");
            List<string> generated = [.. model.Images(10_000)];
            generated.Insert(5_000, bad);
            RequireStream(generated, model.Path);
            return;
        }
        using var figures = JsonDocument.Parse(File.ReadAllBytes(reference));
        var classes = model.File("classes.json");
        File.WriteAllText(classes, figures.RootElement.GetProperty("classes").GetRawText());
        var paths = CifarImages.ExtractTest(archive, Path.GetDirectoryName(bad)!);
        paths.Insert(5_000, bad);

        var rows = RequireStream(paths, weights, "--model", "resnet20", "--size", "32", "--classes", classes, "--mean", Numbers("normalize_mean"), "--std", Numbers("normalize_std"));

        var right = rows.Count(row => row.TryGetProperty("label", out var label) && label.GetString() == Path.GetFileName(Path.GetDirectoryName(row.GetProperty("path").GetString())));
        TestContext.WriteLine($"{right} of 10,000 right.");
        Assert.AreEqual(figures.RootElement.GetProperty("models").GetProperty("resnet20").GetProperty("correct_of_10000").GetInt32(), right, delta: 10);

        string Numbers(string name) => string.Join(',', figures.RootElement.GetProperty(name).EnumerateArray().Select(x => x.GetRawText()));
    }

    /// <summary>One process, then two shards beside one another: every path has its row in its place, and the shards' rows are the one's.</summary>
    List<JsonElement> RequireStream(List<string> paths, params string[] model)
    {
        var whole = Run(paths, paths.Count, model);
        var shards = Task.WhenAll(
            Task.Run(() => Run(paths, (paths.Count + 1) / 2, [.. model, "--shard", "1/2"])),
            Task.Run(() => Run(paths, paths.Count / 2, [.. model, "--shard", "2/2"]))).Result;

        CollectionAssert.AreEqual(paths, whole.Select(row => row.GetProperty("path").GetString()).ToList());
        Assert.AreEqual(1, whole.Count(row => row.TryGetProperty("error", out _)));
        Assert.HasCount(paths.Count, [.. shards[0], .. shards[1]]);
        for (var i = 0; i < paths.Count; i++)
            AssertSame(whole[i], shards[i % 2][i / 2]);
        return whole;
    }

    /// <summary>Feeds all paths as fast as they are taken; its memory is no higher at the end than it was when it had found its size.</summary>
    List<JsonElement> Run(List<string> paths, int expected, string[] model)
    {
        using var process = new PredictProcess([.. model, "--json"]);
        var feeding = Task.Run(() =>
        {
            foreach (var path in paths)
                process.Input.WriteLine(path);
            process.Input.Flush();
        });
        var rows = new List<JsonElement>();
        var peaks = new List<long>();
        var clock = Stopwatch.StartNew();
        while (rows.Count < expected)
        {
            rows.Add(process.Next());
            if (rows.Count % 1000 == 0 || rows.Count == expected)
                peaks.Add(process.PeakMemory); // its input is open: it lives
        }
        feeding.Wait();
        process.Input.Close();
        Assert.IsNull(process.Output.ReadLine(), $"More rows than {expected}.");
        var (exitCode, error) = process.End();
        Assert.AreEqual(ExitCode.Success, exitCode, error);
        TestContext.WriteLine($"{rows.Count} rows in {clock.Elapsed.TotalSeconds:F1} s; MiB of memory at most, after each 1,000: {string.Join(", ", peaks.Select(bytes => bytes >> 20))}.");
        if (rows.Count >= 2 * Settled)
            Assert.IsLessThan(1.1 * peaks[Settled / 1000 - 1], peaks[^1]);
        return rows;
    }

    static void AssertSame(JsonElement expected, JsonElement actual)
    {
        Assert.AreEqual(expected.GetProperty("path").GetString(), actual.GetProperty("path").GetString());
        if (expected.TryGetProperty("error", out var error))
            Assert.AreEqual(error.GetString(), actual.GetProperty("error").GetString());
        else
            Assert.AreEqual(expected.GetProperty("score").GetSingle(), actual.GetProperty("score").GetSingle(), 1e-5f); // another batch may round otherwise
    }
}
