using System.Text.Json.Nodes;
using ResNet.Cli.Verifying;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Verifying;

/// <summary>Files of PyTorch's values pass; with one value changed they do not.</summary>
[TestClass]
public sealed class VerifyCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public required TestContext TestContext { get; init; }

    public void Dispose() => folder.Dispose();

    ToolResult Verify(JsonNode reference, params string[] arguments)
    {
        var path = folder.File("reference.json");
        File.WriteAllText(path, reference.ToJsonString());
        return Tool.Run(["verify", path, .. arguments]);
    }

    /// <summary>The file as it is passes; changed, the entry fails and no other.</summary>
    void RequirePassesUntilChanged(Func<JsonObject> read, Action<JsonObject> change, string entry, string figure, params string[] arguments)
    {
        var rows = Verify(read(), [.. arguments, "--json"]).Succeeded().Json;
        var entries = rows.Count - 1;
        Assert.IsGreaterThan(1, entries);
        Assert.AreEqual((entries, 0), (rows[^1].GetProperty("passed").GetInt32(), rows[^1].GetProperty("failed").GetInt32()));

        var changed = read();
        change(changed);
        var result = Verify(changed, [.. arguments, "--json"]);

        Assert.AreEqual(ExitCode.Failed, result.ExitCode, result.Error);
        Assert.AreEqual((entries - 1, 1), (result.Json[^1].GetProperty("passed").GetInt32(), result.Json[^1].GetProperty("failed").GetInt32()));
        var failed = result.Json.SkipLast(1).Single(row => !row.GetProperty("passed").GetBoolean());
        Assert.AreEqual(entry, failed.GetProperty("name").GetString());
        var outside = failed.GetProperty("figures").EnumerateArray().Single(f => !f.GetProperty("passed").GetBoolean());
        Assert.AreEqual(figure, outside.GetProperty("name").GetString());
        Assert.IsGreaterThan(outside.GetProperty("tolerance").GetDouble(), outside.GetProperty("difference").GetDouble());
        var table = Verify(changed, arguments);
        Assert.AreEqual(ExitCode.Failed, table.ExitCode);
        Assert.Contains("FAILED", table.Output.Split('\n').SkipWhile(line => !line.Contains(entry, StringComparison.Ordinal)).Take(5).Aggregate("", (text, line) => text + line));
    }

    [TestMethod]
    [DataRow("logits", 3, "logits")]
    [DataRow("conv1_first8", 0, "first weights")]
    public void Verify_SeededNetworks_PassUntilANumberIsChanged(string member, int index, string figure) =>
        RequirePassesUntilChanged(References.Networks, root => Add(root["models"]!["resnet34"]![member]!, index, 0.1), "resnet34", figure);

    [TestMethod]
    public void Verify_SeededNetworks_CountParametersExactly() =>
        RequirePassesUntilChanged(References.Networks, root => root["models"]!["resnet18"]!["params"] = 11_202_163, "resnet18", "parameters");

    [TestMethod]
    public void Verify_ResizedImages_PassUntilASampleIsChanged() =>
        RequirePassesUntilChanged(References.Resized, root => Add(root["cases"]![1]!["rgb"]![2]![3]!, 1, 2), "375×500 to 256, crop 224", "samples");

    [TestMethod]
    [DataRow("losses", 5, 0.0015, "losses")] // 2 % of the last one
    [DataRow("bn1_running_mean_first4", 1, 0.01, "running mean")]
    public void Verify_StepsOfTraining_PassUntilANumberIsChanged(string member, int index, double change, string figure) =>
        RequirePassesUntilChanged(References.Steps, root => Add(root["runs"]![0]![member]!, index, change), "resnet18, SGD lr=0.01 momentum=0.9 nesterov=False weight_decay=1e-4", figure);

    [TestMethod]
    public void Verify_Photographs_PassUntilAMeanIsChanged()
    {
        foreach (var photo in References.Photographs()["photos"]!.AsArray())
            ResizedImages.Write(folder.File("photos", photo!["file"]!.GetValue<string>()), photo["width"]!.GetValue<int>(), photo["height"]!.GetValue<int>());

        RequirePassesUntilChanged(References.Photographs, root => Add(root["photos"]![0]!["mean"]!, 0, 0.6), "500x375.png", "means", "--files", folder.File("photos"));
    }

    [TestMethod]
    public void Verify_PhotographThatIsMissing_FailsByItsName()
    {
        var result = Verify(References.Photographs(), "--files", folder.Path, "--json");

        Assert.AreEqual(ExitCode.Failed, result.ExitCode);
        Assert.AreEqual("500x375.png", result.Json[0].GetProperty("name").GetString());
        Assert.Contains("cannot be read", result.Json[0].GetProperty("error").GetString()!);
    }

    [TestMethod]
    public void Verify_InputsThatAreMissing_EndsWith2AndSaysWhichOption()
    {
        var trained = JsonNode.Parse("""{"classes": ["a", "b"], "models": {"resnet20": {}}}""")!;

        Assert.Contains("--files DIR", Verify(References.Photographs()).Failed(ExitCode.BadUsage));
        Assert.Contains("--weights FILE", Verify(trained, "--files", folder.Path).Failed(ExitCode.BadUsage));
        Assert.Contains("there is no folder none", Verify(References.Photographs(), "--files", "none").Failed(ExitCode.BadUsage));
    }

    [TestMethod]
    [DataRow("""{"losses": [1]}""", "\"models\" (seeded networks)", "\"losses\"")]
    [DataRow("[]", "\"photos\"", "JSON array")]
    [DataRow("{}", "\"runs\"", "nothing in it")]
    [DataRow("""{"models": [1]}""", "models: expected an object (received [1])")]
    [DataRow("""{"models": {"resnet18": {"params": 1}}}""", "models.resnet18: expected an object with \"logits\"")]
    [DataRow("""{"num_classes": 3, "models": {"resnet18": {"params": 1, "logits": [1, 2]}}}""", "models.resnet18.logits: expected 3 numbers (received [1,2])")]
    [DataRow("""{"cases": [{"width": 0}]}""", "cases[0].width: expected a whole number from 1 to 16384 (received 0)")]
    [DataRow("""{"runs": [{"model": "resnet18", "optimizer": "SGD lr=fast"}]}""", "runs[0].optimizer: expected an optimizer such as")]
    public void Verify_FileOfAnotherForm_EndsWith2AndSaysWhatWasExpectedWhere(string json, params string[] expected)
    {
        var error = Verify(JsonNode.Parse(json)!).Failed(ExitCode.BadUsage);

        foreach (var text in expected.Append("reference.json"))
            Assert.Contains(text, error);
    }

    [TestMethod]
    public void Verify_FileThatIsNoJson_EndsWith2() =>
        Assert.Contains("a JSON file of reference values was expected", Tool.Run("verify", folder.File("text.json", "losses: 1"u8)).Failed(ExitCode.BadUsage));

    [TestMethod]
    public void Verify_NetworkThatThereIsNot_FailsByItsName()
    {
        var result = Verify(JsonNode.Parse("""{"models": {"resnet19": {"params": 1, "logits": [1, 2]}}}""")!, "--json");

        Assert.AreEqual(ExitCode.Failed, result.ExitCode);
        Assert.AreEqual("resnet19", result.Json[0].GetProperty("name").GetString());
    }

    [TestMethod]
    public void Verify_EveryFileBesideTheRepository_Passes()
    {
        if (SharedData.Find("reference/README.md") is not { } readme)
        {
            TestContext.WriteLine("Left out: shared/reference is not beside the repository.");
            return;
        }
        var photos = SharedData.Find("data/photos/n07920052_espresso.JPEG");
        foreach (var (name, arguments) in new (string, string[])[]
        {
            ("torchvision-seed0.json", []),
            ("resize-pil.json", []),
            ("training-trajectory.json", []),
            ("photos-preprocess.json", ["--files", Path.GetDirectoryName(photos)!]),
        })
        {
            var result = Tool.Run(["verify", Path.Combine(Path.GetDirectoryName(readme)!, name), .. arguments]);
            TestContext.WriteLine($"{name}: {result.Output.TrimEnd().Split('\n')[^1]}");
            Assert.AreEqual(ExitCode.Success, result.ExitCode, result.Output + result.Error);
        }
    }

    [TestMethod]
    [TestCategory("Long")]
    public void Verify_TrainedNetworkBesideTheRepository_PassesUntilALogitIsChanged()
    {
        if (Environment.GetEnvironmentVariable("RESNET_LONG_TESTS") is not "1")
        {
            TestContext.WriteLine("Left out: RESNET_LONG_TESTS is not 1.");
            return;
        }
        if (SharedData.Find("data/weights/cifar-resnet20.th") is not { } weights || SharedData.Find("data/cifar10-jpeg.tar.gz") is not { } archive || SharedData.Find("reference/cifar-resnet20.json") is not { } reference)
        {
            TestContext.WriteLine("Left out: the checkpoint and the images of CIFAR-10 are not beside the repository, in shared/data and shared/reference.");
            return;
        }
        CifarImages.ExtractTest(archive, folder.Path);

        RequirePassesUntilChanged(() => JsonNode.Parse(File.ReadAllText(reference))!.AsObject(), root => Add(root["models"]!["resnet20"]!["samples"]![4]!["logits"]!, 2, 0.1),
            "test/bird/0000.jpg", "logits", "--weights", weights, "--files", folder.Path);
    }

    static void Add(JsonNode numbers, int index, double change) => numbers[index] = numbers[index]!.GetValue<double>() + change;
}
