using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests;

/// <summary>summary, export and find-lr.</summary>
[TestClass]
public class OtherCommandTests
{
    // He et al. 2015, Table 6 and arXiv:1512.03385, §4.2: 0.27 million parameters; 16·3·3·3 in the first convolution.
    [TestMethod]
    public void Summary_ResNet20_TellsLayersAndTotals()
    {
        var lines = Tool.Run("summary", "resnet20", "--json").Succeeded().Json;

        Assert.AreEqual("conv1", lines[0].GetProperty("name").GetString());
        Assert.AreEqual(432, lines[0].GetProperty("parameters").GetInt64());
        Assert.AreEqual(269_722, lines[^1].GetProperty("parameters").GetInt64());
        Assert.AreEqual(40_551_040, lines[^1].GetProperty("multiplyAdds").GetInt64());
        Assert.Contains("269,722 parameters, 0.041 billion multiply-adds", Tool.Run("summary", "resnet20").Succeeded().Output);
        Assert.AreEqual(ExitCode.BadUsage, Tool.Run("summary", "resnet21").ExitCode);
        Assert.AreEqual(ExitCode.BadUsage, Tool.Run("summary", "resnet20", "--size", "0").ExitCode);
    }

    [TestMethod]
    public void Export_ToEveryForm_SaysWhatWasWritten()
    {
        using var folder = new TemporaryFolder();
        var model = TestImages.WriteClassifier(folder);
        foreach (var (name, format) in new[] { ("m.onnx", "onnx"), ("m.pt", "torchscript"), ("m.zip", "ml.net"), ("m.safetensors", "safetensors") })
        {
            var line = Tool.Run("export", model, folder.File(name), "--json").Succeeded().Json.Single();

            Assert.AreEqual(format, line.GetProperty("format").GetString());
            Assert.AreEqual(new FileInfo(folder.File(name)).Length, line.GetProperty("bytes").GetInt64());
            Assert.AreEqual(3, line.GetProperty("classes").GetInt32());
        }
        Assert.AreEqual(ExitCode.BadUsage, Tool.Run("export", model, folder.File("m.txt")).ExitCode);
        Assert.Contains("exported model", Tool.Run("export", folder.File("m.onnx"), folder.File("n.zip")).Failed(ExitCode.Failed));
        Assert.Contains("there is no folder", Tool.Run("export", model, Path.Combine(folder.Path, "nowhere", "m.onnx")).Failed(ExitCode.Failed));
    }

    [TestMethod]
    [DataRow("m.zip", "--input", "InterleavedBytes")]
    [DataRow("m.safetensors", "--input", "Normalized")]
    [DataRow("m.zip", "--output", "Probabilities")]
    [DataRow("m.safetensors", "--output", "Logits")]
    public void Export_InputOrOutputOfFormsWithoutThem_EndsWith2AndWritesNothing(string name, string option, string value)
    {
        using var folder = new TemporaryFolder();
        var model = TestImages.WriteClassifier(folder, "start.safetensors");

        Assert.Contains($"{option} is for .onnx and .pt files: {folder.File(name)}", Tool.Run("export", model, folder.File(name), option, value).Failed(ExitCode.BadUsage));

        Assert.IsFalse(File.Exists(folder.File(name)));
    }

    [TestMethod]
    public void Export_FixedBatch_RunsInOnnxRuntimeForThatNumberAlone()
    {
        using var folder = new TemporaryFolder();
        var (model, exported) = (TestImages.WriteClassifier(folder), folder.File("fixed.onnx"));
        byte[] pixels = [.. Enumerable.Range(0, 4).SelectMany(i => TestImages.Pixels(i % 3, i, 3))];
        using var classifier = ImageClassifier.Load(model);
        classifier.Precision = ScoringPrecision.Float32;
        var expected = classifier.Score(pixels);

        Tool.Run("export", model, exported, "--batch", "4", "--input", "InterleavedBytes", "--output", "Probabilities").Succeeded();

        using var session = new InferenceSession(exported);
        CollectionAssert.AreEqual(new[] { 4, TestImages.Size, TestImages.Size, 3 }, session.InputMetadata["input"].Dimensions);
        CollectionAssert.AreEqual(new[] { 4, 3 }, session.OutputMetadata["probabilities"].Dimensions);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", new DenseTensor<byte>(pixels, [4, TestImages.Size, TestImages.Size, 3]))]);
        foreach (var (e, a) in expected.Zip(results.Single().AsEnumerable<float>()))
            Assert.AreEqual(e, a, 1e-5f);
        Assert.ThrowsExactly<OnnxRuntimeException>(() => session.Run([NamedOnnxValue.CreateFromTensor("input", new DenseTensor<byte>([1, TestImages.Size, TestImages.Size, 3]))]));
        // The tool fills up what does not make a batch.
        var data = TestImages.Write(folder, "data", perClass: 2);
        var (whole, filled) = (Tool.Run("predict", model, data, "--json").Succeeded().Json, Tool.Run("predict", exported, data, "--json").Succeeded().Json);
        Assert.HasCount(6, filled);
        foreach (var (e, a) in whole.Zip(filled))
            Assert.AreEqual(e.GetProperty("score").GetSingle(), a.GetProperty("score").GetSingle(), 0.01f); // bfloat16, where the processor has it
        Assert.Contains("--batch is for .onnx files", Tool.Run("export", model, folder.File("m.pt"), "--batch", "4").Failed(ExitCode.BadUsage));
        Assert.Contains("at least 1", Tool.Run("export", model, exported, "--batch", "0").ErrorLines[0]);
    }

    [TestMethod]
    public void FindLr_SmallImages_GivesCurveAndPicture()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 4);
        var picture = folder.File("curve.png");

        var lines = Tool.Run("find-lr", data, "--model", "resnet20", "--steps", "12", "--seed", "1", "--set", "BatchSize=4", "--out", picture, "--json").Succeeded().Json;

        Assert.AreEqual(1e-5, lines[0].GetProperty("learningRate").GetDouble(), 1e-12);
        Assert.IsTrue(lines[^1].TryGetProperty("suggestion", out _));
        CollectionAssert.AreEqual(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, File.ReadAllBytes(picture)[..4]);
        Assert.AreEqual(ExitCode.BadUsage, Tool.Run("find-lr", data, "--out", "curve.txt").ExitCode);
        Assert.Contains("Create that folder first", Tool.Run("find-lr", data, "--out", folder.File("nowhere") + "/curve.png").Failed(ExitCode.BadUsage)); // before a step is taken
        Assert.Contains("--steps", Tool.Run("find-lr", data, "--steps", "3").Failed(ExitCode.BadUsage));
    }

    [TestMethod]
    public void Verbose_AnErrorThatIsMade_TellsWhere()
    {
        var result = Tool.Run("evaluate", "nothing", "nowhere", "--verbose");

        Assert.AreEqual(ExitCode.Failed, result.ExitCode);
        Assert.Contains("   at ", result.Error);
    }
}
