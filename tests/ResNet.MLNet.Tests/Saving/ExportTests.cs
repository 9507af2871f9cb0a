using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests;

/// <summary>A transformer's network in the formats of others: ONNX in ML.NET's own transformer, TorchScript in libtorch.</summary>
[TestClass]
public sealed class ExportTests : IDisposable
{
    readonly MLContext mlContext = new(seed: 1);
    readonly TemporaryFolder folder = new();
    readonly ImageClassifier classifier = new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, 3), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), TestImages.Classes);

    public void Dispose()
    {
        classifier.Dispose();
        folder.Dispose();
    }

    /// <summary>Rows with the scores of a transformer, and the pixels that it looked at as ExtractPixels gives them.</summary>
    (ResNetClassifierTransformer Model, IDataView Scored) Score()
    {
        var rows = TestImages.Rows(mlContext, 7);
        var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);
        var scored = model.Transform(rows);
        return (model, mlContext.Transforms.ExtractPixels("Pixels", "Image").Fit(scored).Transform(scored));
    }

    static void AssertScores(IDataView scored, IEnumerable<float[]> actual)
    {
        var expected = scored.GetColumn<float[]>("Score").ToArray();
        var exported = actual.ToArray();
        Assert.HasCount(7, exported);
        foreach (var (wanted, got) in expected.Zip(exported))
            Assert.IsTrue(wanted.Zip(got).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5), $"{string.Join(", ", wanted)} and {string.Join(", ", got)}");
    }

    [TestMethod]
    public void ExportOnnx_OfATransformer_GivesItsScoresInMLNetsOnnxTransformer()
    {
        var (model, scored) = Score();

        model.ExportOnnx(folder.File("model.onnx"), new() { Input = ExportInput.Pixels, Output = ExportOutput.Probabilities, BatchSize = 1, HasBatchDimension = false, InputName = "Pixels", OutputName = "Exported" });

        var exported = mlContext.Transforms.ApplyOnnxModel("Exported", "Pixels", folder.File("model.onnx")).Fit(scored).Transform(scored);
        AssertScores(scored, exported.GetColumn<float[]>("Exported"));
    }

    [TestMethod]
    public void ExportTorchScript_OfATransformer_GivesItsScoresInLibtorch()
    {
        using var scope = NewDisposeScope();
        var (model, scored) = Score();
        var pixels = scored.GetColumn<float[]>("Pixels").SelectMany(image => image).ToArray();

        model.ExportTorchScript(folder.File("model.pt"), new() { Input = ExportInput.Pixels, Output = ExportOutput.Probabilities });

        using var module = jit.load<Tensor, Tensor>(folder.File("model.pt"));
        var scores = module.call(tensor(pixels).view(-1, 3, TestImages.Size, TestImages.Size)).data<float>().ToArray();
        AssertScores(scored, scores.Chunk(3));
    }

    [TestMethod]
    public void Export_WithoutOptions_IsTheClassifiers()
    {
        var (model, _) = Score();

        model.ExportOnnx(folder.File("model.onnx"));
        model.ExportTorchScript(folder.File("model.pt"));
        classifier.ExportOnnx(folder.File("classifier.onnx"));
        classifier.ExportTorchScript(folder.File("classifier.pt"));

        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("classifier.onnx")), File.ReadAllBytes(folder.File("model.onnx")));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("classifier.pt")), File.ReadAllBytes(folder.File("model.pt")));
    }
}
