using System.Text.Json;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests;

[TestClass]
public class TrainCommandTests
{
    [TestMethod]
    public void Train_SmallImages_LeavesARunFolderAndALineForEachEpoch()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 6);
        var run = folder.File("run");

        var lines = Tool.Run(TestTraining.Of(3, Path.GetRelativePath(".", data), run, "--validation", "0.3", "--json")).Succeeded().Json;

        CollectionAssert.AreEqual(new[] { "epoch", "epoch", "epoch", "trained" }, lines.Select(line => line.GetProperty("event").GetString()).ToArray());
        Assert.AreEqual(3, lines[2].GetProperty("epoch").GetInt32());
        foreach (var file in new[] { "checkpoint.safetensors", "metrics.csv", "config.json", "model.safetensors", "model.zip" })
            Assert.IsTrue(File.Exists(Path.Combine(run, file)), file);
        var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json"))).RootElement;
        Assert.AreEqual(data, configuration.GetProperty("Data").GetString()); // in full, whatever folder the training goes on in
        Assert.AreEqual("small-images", configuration.GetProperty("Recipe").GetString());
        Assert.AreEqual(16, configuration.GetProperty("Preset").GetProperty("Height").GetInt32()); // as the images are
        Assert.AreEqual(6, configuration.GetProperty("Training").GetProperty("BatchSize").GetInt32());
        using var classifier = ImageClassifier.Load(Path.Combine(run, "model.safetensors"));
        CollectionAssert.AreEqual(TestImages.Classes.ToList(), classifier.ClassNames.ToList());
        Assert.HasCount(3, classifier.History);
        Assert.AreEqual(lines[1].GetProperty("trainingLoss").GetDouble(), classifier.History[1].TrainingLoss, 1e-12);
    }

    [TestMethod]
    public void Train_InterruptedProcess_EndsWith130AndKeepsItsCheckpoint()
    {
        if (OperatingSystem.IsWindows())
            return; // no SIGINT can be sent to one process
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 6);
        using var process = Tool.Start(TestTraining.Of(100_000, data, folder.File("run")));
        var lines = new List<string>();
        while (process.StandardError.ReadLine() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("epoch 2/", StringComparison.Ordinal))
                break;
        }

        Tool.Interrupt(process);
        var result = Tool.End(process);

        Assert.AreEqual(ExitCode.Cancelled, result.ExitCode, string.Join('\n', lines) + result.Error);
        Assert.EndsWith("Stopped.", result.Error.TrimEnd());
        Assert.IsTrue(File.Exists(Path.Combine(folder.File("run"), "checkpoint.safetensors")));
    }

    [TestMethod]
    public void Train_FromWeights_FineTunesThem()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 4);
        var weights = TestImages.WriteClassifier(folder, "start.safetensors", ["a", "b"]);

        Tool.Run("train", data, "--model", "resnet20", "--weights", weights, "--freeze", "3", "--epochs", "1", "--seed", "1", "--set", "Augmentation.RandomResizedCrop=null", "--out", folder.File("run")).Succeeded();

        using var before = WeightFile.Open(weights);
        using var after = WeightFile.Open(Path.Combine(folder.File("run"), "model.safetensors"));
        Assert.IsTrue(Bytes(before, "layer3.2.conv2.weight").SequenceEqual(Bytes(after, "layer3.2.conv2.weight"))); // frozen
        CollectionAssert.AreEqual(new long[] { 3, 64 }, after.Tensors["fc.weight"].Shape.ToArray());
        Assert.Contains("--weights", Tool.Run("train", data, "--recipe", "fine-tuning", "--out", folder.File("other")).Failed(ExitCode.BadUsage));
    }

    [TestMethod]
    public void Train_ValidationFolder_IsMeasuredOn()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 4);
        var held = TestImages.Write(folder, "held", perClass: 2, seed: 50);

        var line = Tool.Run(TestTraining.Of(1, data, folder.File("run"), "--validation", held, "--json")).Succeeded().Json[0];

        Assert.IsTrue(line.GetProperty("validationAccuracy").TryGetDouble(out _));
    }

    [TestMethod]
    public void Train_ShareOfFewImages_HoldsOneOfEachClassAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 3);

        var result = Tool.Run(TestTraining.Of(2, data, folder.File("run"), "--validation", "0.1", "--json")).Succeeded();

        Assert.Contains("Training resnet20 on 6 images of 3 classes (16×16×3), 3 more held back, recipe", result.Error);
        Assert.Contains("Training: 12/12 images", result.Error); // 2 epochs of those that are trained on
        Assert.IsTrue(result.Json[0].GetProperty("validationAccuracy").TryGetDouble(out _));
        Assert.AreEqual((6, 3), (result.Json[^1].GetProperty("images").GetInt32(), result.Json[^1].GetProperty("heldBack").GetInt32()));
    }

    [TestMethod]
    public void Train_ShareOfClassesOfOneImage_SaysThatNothingCanBeHeld()
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 1);

        Assert.Contains("--validation 0.5 can hold nothing back", Tool.Run(TestTraining.Of(1, data, folder.File("run"), "--validation", "0.5")).Failed(ExitCode.Failed));
        Assert.IsFalse(Directory.Exists(folder.File("run")));
    }

    [TestMethod]
    public void Train_FilesOfMnistAndCifar_TrainsOnTheirPixels()
    {
        using var folder = new TemporaryFolder();
        var (idx, cifar) = (PublishedFiles.WriteIdx(folder, "idx", "train", 12), folder.File("cifar", "test_batch.bin"));
        PublishedFiles.WriteCifar(cifar, 12);

        Tool.Run(TestTraining.Of(1, idx, folder.File("grey"), "--validation", "0.3")).Succeeded();
        Tool.Run(TestTraining.Of(1, cifar, folder.File("colour"), "--validation", cifar)).Succeeded();
        Tool.Run("train", "--resume", "--out", folder.File("colour")).Succeeded();

        using var grey = ImageClassifier.Load(folder.File("grey", "model.safetensors"));
        Assert.AreEqual((1, 32), (grey.Preset.Channels, grey.Preset.Height));
        CollectionAssert.AreEqual(new[] { "0", "1", "2" }, grey.ClassNames.ToList());
        using var colour = ImageClassifier.Load(folder.File("colour", "model.safetensors"));
        Assert.AreEqual("airplane", colour.ClassNames[0]);
        Assert.HasCount(10, colour.ClassNames);
    }

    [TestMethod]
    [DataRow("Optimizer.Rate=1", "There is no option 'Rate' in Optimizer. There are: Kind, LearningRate")]
    [DataRow("Nothing=1", "There is no option 'Nothing' in TrainingOptions")]
    [DataRow("Optimizer.LearningRate=fast", "a number is expected")]
    [DataRow("Optimizer.Kind=Sgdd", "one of Sgd, Adam, AdamW is expected")]
    [DataRow("Epochs.Many=1", "Epochs is a single option")]
    [DataRow("Epochs", "--set takes NAME=VALUE")]
    [DataRow("Optimizer.LearningRate=-1", "LearningRate must be")]
    public void Train_OptionThatCannotBeSet_SaysWhich(string assignment, string expected)
    {
        using var folder = new TemporaryFolder();
        var data = TestImages.Write(folder, "data", perClass: 1);

        Assert.Contains(expected, Tool.Run("train", data, "--out", folder.File("run"), "--set", assignment).Failed(ExitCode.BadUsage));
        Assert.IsFalse(Directory.Exists(folder.File("run")));
    }

    [TestMethod]
    [DataRow("OPTIMIZER.learningrate=0.5", 0.5)]
    [DataRow("Optimizer.LearningRate=5e-1", 0.5)]
    public void Set_NameInAnyCase_SetsThatOptionAlone(string assignment, double expected)
    {
        var before = TrainingRecipes.SmallImages;

        var after = Cli.Training.OptionText.Set(before, assignment);

        Assert.AreEqual(before.Optimizer with { LearningRate = expected }, after.Optimizer);
        Assert.AreEqual(before.Augmentation, after.Augmentation);
        Assert.AreEqual(before.Regularization, after.Regularization);
    }

    [TestMethod]
    public void Set_GroupThatIsNotThere_BeginsWithItsDefaults() =>
        Assert.AreEqual(new RandomResizedCrop { MinScale = 0.35 }, Cli.Training.OptionText.Set(new(), "Augmentation.RandomResizedCrop.MinScale=0.35").Augmentation.RandomResizedCrop);

    static byte[] Bytes(WeightFile file, string name)
    {
        using var tensor = file.Read(name);
        return tensor.bytes.ToArray();
    }
}
