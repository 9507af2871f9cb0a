using System.Text.Json;
using Microsoft.ML;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests;

[TestClass]
public class EvaluateCommandTests
{
    static JsonElement Total(params string[] arguments) => Tool.Run(["evaluate", .. arguments, "--json"]).Succeeded().Json[^1];

    static double Number(JsonElement total, string name) => total.GetProperty(name).GetDouble();

    [TestMethod]
    public void Evaluate_AFolder_HasMLNetsOwnFigures()
    {
        using var folder = new TemporaryFolder();
        var (model, data) = (TestImages.WriteClassifier(folder), TestImages.Write(folder, "data", perClass: 5));
        var mlContext = new MLContext();
        var rows = mlContext.Data.LoadImageFolder(data);
        using var scorer = mlContext.Transforms.ResNetScorer(model, "ImagePath").Fit(rows);
        var expected = mlContext.MulticlassClassification.Evaluate(scorer.Transform(mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows)));

        var lines = Tool.Run("evaluate", model, data, "--json").Succeeded().Json;

        var total = lines[^1];
        Assert.AreEqual(15, total.GetProperty("count").GetInt32());
        Assert.AreEqual(expected.MicroAccuracy, Number(total, "top1"), 1e-9);
        Assert.AreEqual(expected.MacroAccuracy, Number(total, "macroRecall"), 1e-9);
        Assert.AreEqual(expected.LogLoss, Number(total, "loss"), 1e-6);
        Assert.AreEqual(1, Number(total, "top5")); // of three classes
        for (var i = 0; i < 3; i++)
        {
            CollectionAssert.AreEqual(expected.ConfusionMatrix.Counts[i].ToArray(), total.GetProperty("confusion")[i].EnumerateArray().Select(count => count.GetDouble()).ToArray());
            Assert.AreEqual(TestImages.Classes[i], lines[i].GetProperty("class").GetString());
            Assert.AreEqual(expected.ConfusionMatrix.PerClassRecall[i], Number(lines[i], "recall"), 1e-9);
        }
    }

    [TestMethod]
    public void Evaluate_EveryFormOfAModel_GivesTheSame()
    {
        using var folder = new TemporaryFolder();
        var (model, data) = (TestImages.WriteClassifier(folder), TestImages.Write(folder, "data", perClass: 3));
        using (var network = ResidualNetwork.Load(model))
            SafeTensors.Write(folder.File("bare.safetensors"), network.state_dict());
        foreach (var (file, options) in new (string, string[])[]
        {
            ("normalized.onnx", []), ("pixels.onnx", ["--input", "Pixels"]), ("bytes.onnx", ["--input", "InterleavedBytes", "--output", "Probabilities"]), ("model.zip", []), ("copy.safetensors", []),
        })
        {
            Tool.Run(["export", model, folder.File(file), .. options]).Succeeded();
        }
        var expected = Total(folder.Path, data); // a run folder

        foreach (var arguments in new string[][]
        {
            ["normalized.onnx"], ["pixels.onnx"], ["bytes.onnx"], ["model.zip"], ["copy.safetensors"],
            ["bare.safetensors", "--model", "resnet20", "--size", "16", "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"],
        })
        {
            var total = Total([folder.File(arguments[0]), data, .. arguments[1..]]);

            Assert.AreEqual(Number(expected, "loss"), Number(total, "loss"), 1e-4, arguments[0]);
            Assert.AreEqual(expected.GetProperty("confusion").ToString(), total.GetProperty("confusion").ToString(), arguments[0]);
            CollectionAssert.AreEqual(TestImages.Classes.ToList(), total.GetProperty("classes").EnumerateArray().Select(name => name.GetString()).ToList(), arguments[0]);
        }
    }

    [TestMethod]
    public void Evaluate_ModelWithItsClassesInAnotherOrder_GoesByTheirNames()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 3);
        var sorted = Total(TestImages.WriteClassifier(folder, "a.safetensors"), data);
        // The same network calls its classes otherwise: what it called "left" is "top" now, and so on.
        var turned = Total(TestImages.WriteClassifier(folder, "b.safetensors", ["top", "left", "right"]), data);

        var (expected, actual) = (sorted.GetProperty("confusion"), turned.GetProperty("confusion"));

        // Rows are the data's own classes, in the model's order; columns are what the network says, in its own order.
        int[] rows = [2, 0, 1];
        foreach (var (row, of) in rows.Index())
            Assert.AreEqual(expected[of].ToString(), actual[row].ToString());
    }

    [TestMethod]
    public void Evaluate_AList_ReadsPathsAndLabels()
    {
        using var folder = new TemporaryFolder();
        var (model, data) = (TestImages.WriteClassifier(folder), TestImages.Write(folder, "data", perClass: 3));
        var list = folder.File("list.csv", System.Text.Encoding.UTF8.GetBytes("path,label\n" + string.Join('\n', TestImages.Classes.Select(name => $"data/{name}/01.png,{name}"))));

        Assert.AreEqual(3, Total(model, list).GetProperty("count").GetInt32());
        Assert.AreEqual(9, Total(model, data).GetProperty("count").GetInt32());
    }

    [TestMethod]
    public void Evaluate_IdxAndCifarFiles_HaveTheFiguresOfTheSameImagesAsPngs()
    {
        using var folder = new TemporaryFolder();
        var labels = PublishedFiles.Labels(12);
        PublishedFiles.WriteIdx(folder, "idx", "t10k", 12);
        PublishedFiles.WriteCifar(folder.File("cifar", "test_batch.bin"), 12);
        foreach (var (i, label) in labels.Index())
        {
            using var grey = Image(TestImages.Pixels(label, i, 1, 32), 1);
            using var colour = Image(TestImages.Pixels(label, i, 3, 32), 3);
            grey.Save(folder.File("grey", $"{label}", $"{i}.png"));
            colour.Save(folder.File("colour", $"{label}", $"{i}.png"));
        }
        string[] numbers = ["0", "1", "2"];
        var (greyModel, colourModel) = (TestImages.WriteClassifier(folder, "grey.safetensors", numbers, channels: 1, size: 32), TestImages.WriteClassifier(folder, "colour.safetensors", [.. Enumerable.Range(0, 10).Select(i => $"{i}")], size: 32));
        File.WriteAllLines(folder.File("names.txt"), ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

        Assert.AreEqual(Number(Total(greyModel, folder.File("grey")), "loss"), Number(Total(greyModel, folder.File("idx")), "loss"), 1e-6);
        Assert.AreEqual(Number(Total(colourModel, folder.File("colour")), "loss"), Number(Total(colourModel, folder.File("cifar"), "--classes", folder.File("names.txt")), "loss"), 1e-6);
    }

    static Microsoft.ML.Data.MLImage Image(byte[] pixels, int channels) => Microsoft.ML.Data.MLImage.CreateFromPixels(32, 32, Microsoft.ML.Data.MLPixelFormat.Rgba32,
        Enumerable.Range(0, 32 * 32).SelectMany(i => (byte[])[pixels[i * channels], pixels[i * channels + 1 % channels], pixels[i * channels + 2 % channels], 255]).ToArray());

    [TestMethod]
    public void Evaluate_ImageThatIsNone_IsNamedOrLeftOut()
    {
        using var folder = new TemporaryFolder();
        var (model, data) = (TestImages.WriteClassifier(folder), TestImages.Write(folder, "data", perClass: 2));
        File.WriteAllText(folder.File("data", "top", "bad.png"), "no image");

        Assert.Contains("bad.png", Tool.Run("evaluate", model, data).Failed(ExitCode.Failed));
        var total = Total(model, data, "--skip-bad");
        Assert.AreEqual(6, total.GetProperty("count").GetInt32());
        Assert.AreEqual(1, total.GetProperty("leftOut").GetInt32());
    }

    [TestMethod]
    public void Evaluate_WhatIsNotThere_IsNamedInOneLine()
    {
        using var folder = new TemporaryFolder();
        var (model, data) = (TestImages.WriteClassifier(folder), TestImages.Write(folder, "data", perClass: 1));
        using (var network = ResidualNetwork.Load(model))
            SafeTensors.Write(folder.File("bare.safetensors"), network.state_dict());
        folder.File("broken.onnx", "no model"u8);
        folder.File("broken.zip", "no model"u8);

        Assert.Contains("There is no model 'nothing.pth'", Tool.Run("evaluate", "nothing.pth", data).Failed(ExitCode.Failed));
        Assert.Contains("There is no data set nowhere", Tool.Run("evaluate", model, "nowhere").Failed(ExitCode.Failed));
        Assert.Contains("--model", Tool.Run("evaluate", folder.File("bare.safetensors"), data).Failed(ExitCode.BadUsage));
        Assert.Contains("broken.onnx", Tool.Run("evaluate", folder.File("broken.onnx"), data).Failed(ExitCode.Failed));
        Assert.Contains("broken.zip", Tool.Run("evaluate", folder.File("broken.zip"), data).Failed(ExitCode.Failed));
        Assert.Contains("'left'", Tool.Run("evaluate", TestImages.WriteClassifier(folder, "other.safetensors", ["a", "b", "c"]), data).Failed(ExitCode.Failed));
        Assert.Contains("There is no network 'resnet21'", Tool.Run("evaluate", model, data, "--model", "resnet21").ErrorLines[0]);
    }
}
