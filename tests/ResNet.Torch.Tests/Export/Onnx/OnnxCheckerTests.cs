using System.Diagnostics;
using System.Text.Json;

namespace ResNet.Torch.Tests.Export.Onnx;

/// <summary>ONNX's own checker with full shape inference, in Python (Debian: python3-onnx 1.12, which knows opsets up to 17).</summary>
[TestClass]
public sealed class OnnxCheckerTests : IDisposable
{
    // For each file: its opset, and the shape that inference gives every value; fails where the checker does or a shape stays unknown.
    const string Script = """
        import glob, json, os, sys, onnx
        report = {}
        for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx"))):
            try:
                onnx.checker.check_model(path, full_check=True)
                model = onnx.load(path)
                given = {o.name: [d.dim_value or d.dim_param for d in o.type.tensor_type.shape.dim] for o in model.graph.output}
                for output in model.graph.output:
                    output.type.tensor_type.ClearField("shape")
                model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
                shapes = {v.name: [d.dim_value or d.dim_param for d in v.type.tensor_type.shape.dim] for v in [*model.graph.value_info, *model.graph.output]}
                for node in model.graph.node:
                    for name in node.output:
                        assert name in shapes and all(shapes[name]), "the shape of " + name + " stays unknown"
                assert all(shapes[name] == shape for name, shape in given.items()), str(given) + " is said of the outputs"
                report[os.path.basename(path)[:-5]] = {"opset": {s.domain: s.version for s in model.opset_import}, "format": model.ir_version, "outputs": {o.name: shapes[o.name] for o in model.graph.output}, "nodes": [n.name for n in model.graph.node]}
            except Exception as e:
                sys.exit(path + ": " + str(e))
        print(json.dumps(report))
        """;

    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [TestCategory("Onnx checker")]
    public void ExportOnnx_EveryVariant_PassesTheChecker()
    {
        if (!IsInstalled())
            return;
        foreach (var variant in ResNetVariant.All)
        {
            // A quarter as wide: the same steps, and a sixteenth of the bytes.
            using var network = new ResidualNetwork(variant with { Width = variant.Width / 4 }, classes: 10);
            var preset = variant.Stem == Stem.Standard ? ImagePreset.ImageNet(72, 56) : ImagePreset.ImageNet(18, 14);
            foreach (var isFolded in new[] { true, false })
                Export($"{variant.Name} {isFolded}", network, preset, new() { FoldBatchNorm = isFolded });
        }

        var report = Check();

        foreach (var variant in ResNetVariant.All)
        {
            foreach (var isFolded in new[] { true, false })
            {
                var model = report.GetProperty($"{variant.Name} {isFolded}");
                Assert.AreEqual("""{"": 17}""", model.GetProperty("opset").GetRawText());
                Assert.AreEqual(8, model.GetProperty("format").GetInt32());
                Assert.AreEqual("""{"logits": ["batch", 10]}""", model.GetProperty("outputs").GetRawText());
            }
        }
        string[] first = ["conv1", "relu", "maxpool", "layer1.0.conv1", "layer1.0.relu1", "layer1.0.conv2", "layer1.0.add", "layer1.0.relu", "layer1.1.conv1"];
        CollectionAssert.AreEqual(first, report.GetProperty("resnet18 True").GetProperty("nodes").EnumerateArray().Take(first.Length).Select(name => name.GetString()).ToList());
    }

    [TestMethod]
    [TestCategory("Onnx checker")]
    public void ExportOnnx_EveryOption_PassesTheChecker()
    {
        if (!IsInstalled())
            return;
        using var network = new ResidualNetwork(ResNetVariant.ResNet20, classes: 3);
        var preset = ImagePreset.ImageNet(30, 22);
        Export("fixed", network, preset, new() { BatchSize = 4, Output = ExportOutput.Probabilities });
        Export("vectors", network, preset, new() { BatchSize = 1, HasBatchDimension = false, Input = ExportInput.Pixels, FeatureStage = 3, PoolFeatures = true });
        Export("bytes", network, preset, new() { Input = ExportInput.InterleavedBytes, FeatureStage = 2, HasSlotNames = true });
        for (var opset = 13; opset <= 17; opset++)
            Export($"opset {opset}", network, preset, new() { Opset = opset, FoldBatchNorm = false, Output = ExportOutput.Probabilities });

        var report = Check();

        string Outputs(string model) => report.GetProperty(model).GetProperty("outputs").GetRawText();
        Assert.AreEqual("""{"probabilities": [4, 3]}""", Outputs("fixed"));
        Assert.AreEqual("""{"logits": [3], "features": [64]}""", Outputs("vectors"));
        Assert.AreEqual("""{"logits": ["batch", 3], "features": ["batch", 32, 15, 11]}""", Outputs("bytes"));
        Assert.AreEqual("""{"": 17, "ai.onnx.ml": 2}""", report.GetProperty("bytes").GetProperty("opset").GetRawText());
        Assert.AreEqual("""{"": 13}""", report.GetProperty("opset 13").GetProperty("opset").GetRawText());
        Assert.AreEqual(7, report.GetProperty("opset 13").GetProperty("format").GetInt32());
    }

    void Export(string name, ResidualNetwork network, ImagePreset preset, OnnxExportOptions options)
    {
        using var file = File.Create(folder.File($"{name}.onnx"));
        OnnxExport.Write(file, network, preset, [.. Enumerable.Range(0, network.Classes).Select(i => $"class {i}")], options);
    }

    bool IsInstalled()
    {
        if (OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3") && Python("-c", "import onnx").ExitCode == 0)
            return true;
        TestContext.WriteLine("Left out: the ONNX checker. On Debian and Ubuntu it is the package python3-onnx.");
        return false;
    }

    JsonElement Check()
    {
        var (exitCode, output, errors) = Python("-c", Script, folder.Path);
        Assert.AreEqual(0, exitCode, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    static (int ExitCode, string Output, string Errors) Python(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
