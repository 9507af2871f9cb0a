using System.Buffers.Binary;
using System.Text.Json;

namespace ResNet.Torch.Tests.Inference;

/// <summary>What a classifier's file holds beside the weights, and what becomes of files that are none.</summary>
[TestClass]
public class ClassifierFileTests
{
    static readonly EpochMetrics[] twoEpochs =
    [
        new(1, 2, 0.1, 1.5, 0.25, null, null, TimeSpan.FromSeconds(2.5)),
        new(2, 2, 0.05, 0.1 + 0.2, 1.0 / 3, double.PositiveInfinity, 0.5, TimeSpan.FromTicks(1)),
    ];

    static ImageClassifier Classifier(string[] names, EpochMetrics[]? history = null, Stem? stem = null) =>
        new(ResidualNetwork.Seeded(3, ResNetVariant.Find("resnet20"), names.Length, stem: stem ?? Stem.Small), new ImagePreset(8, 8, [0.5f, 0.4f, 0.3f], [0.2f, 0.3f, 0.1f]), names) { History = history ?? [] };

    static ImageClassifier SaveLoad(ImageClassifier classifier)
    {
        using var folder = new TemporaryFolder();
        using (classifier)
            classifier.Save(folder.File("classifier"));
        return ImageClassifier.Load(folder.File("classifier"));
    }

    [TestMethod]
    public void SaveLoad_History_ComesBackToTheBit()
    {
        using var loaded = SaveLoad(Classifier(["a", "b"], twoEpochs));

        CollectionAssert.AreEqual(twoEpochs, loaded.History.ToArray());
    }

    [TestMethod]
    public void Save_Metadata_IsJsonThatOtherProgramsRead()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier(["a", "b"], twoEpochs);
        classifier.Save(folder.File("classifier"));

        var bytes = File.ReadAllBytes(folder.File("classifier"));
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes)));
        JsonElement Json(string key) => JsonDocument.Parse(header.RootElement.GetProperty("__metadata__").GetProperty(key).GetString()!).RootElement;

        Assert.AreEqual("""["a","b"]""", Json("class_names").GetRawText());
        Assert.AreEqual(0.4f, Json("preset").GetProperty("Mean")[1].GetSingle());
        Assert.AreEqual(1.5, Json("training_history")[0].GetProperty("TrainingLoss").GetDouble());
        Assert.AreEqual("00:00:02.5000000", Json("training_history")[0].GetProperty("Duration").GetString());
    }

    [TestMethod]
    public void Load_FileWithoutHistory_HasNone()
    {
        using var folder = new TemporaryFolder();
        using (var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), 2))
        {
            network.Save(folder.File("before"), new Dictionary<string, string>
            {
                ["class_names"] = """["a","b"]""",
                ["preset"] = """{"Height":8,"Width":8,"Mean":[0.5,0.5,0.5],"Std":[0.2,0.2,0.2],"ResizeShorterSide":null,"Interpolation":"Bilinear","Antialias":true}""",
            });
        }

        using var loaded = ImageClassifier.Load(folder.File("before"));

        Assert.IsEmpty(loaded.History);
    }

    [TestMethod]
    [DataRow("[null]")]
    [DataRow("null")]
    [DataRow("[{}]")]
    [DataRow("""{"Epoch":1}""")]
    [DataRow("[")]
    public void Load_DamagedHistory_SaysSo(string history)
    {
        using var folder = new TemporaryFolder();
        using (var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), 2))
        {
            network.Save(folder.File("damaged"), new Dictionary<string, string>
            {
                ["class_names"] = """["a","b"]""",
                ["preset"] = """{"Height":8,"Width":8,"Mean":[0.5,0.5,0.5],"Std":[0.2,0.2,0.2]}""",
                ["training_history"] = history,
            });
        }

        var left = NativeTensors.LeftBy(() => Assert.Contains(folder.File("damaged"), Assert.ThrowsExactly<WeightFormatException>(() => ImageClassifier.Load(folder.File("damaged"))).Message), networks: 0);
        Assert.IsLessThanOrEqualTo(NativeTensors.LeftBy(() => new ResidualNetwork(ResNetVariant.Find("resnet20"), 2).Dispose(), networks: 0), left, "a network stayed behind");
    }

    [TestMethod]
    public void SaveLoad_ClassNamesOfAnyCharacters_ComeBack()
    {
        string[] names = ["", "", "a", "a", " ", "\"quoted\" 'single' \\back/slash", "two\nlines\r\n\ttab", "nul\0inside", "Zürich", "مرحبا", "हिन्दी", "猫", "👩‍👩‍👧 family", "\u2028\ufeff", "<b>&amp;</b>", "{\"json\":[1]}", "null"];

        using var loaded = SaveLoad(Classifier(names));

        CollectionAssert.AreEqual(names, loaded.ClassNames.ToArray());
    }

    [TestMethod]
    public void SaveLoad_HalfASurrogatePair_BecomesTheReplacementCharacter()
    {
        using var loaded = SaveLoad(Classifier(["a\ud83d", "b"]));

        Assert.AreEqual("a\ufffd", loaded.ClassNames[0]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public void SaveLoad_AnyNumberOfClasses_KeepsNamesAndOrder(int count)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(i => $"class {(i * 7919) % count}")];

        using var loaded = SaveLoad(Classifier(names));

        CollectionAssert.AreEqual(names, loaded.ClassNames.ToArray());
        Assert.AreEqual(count, loaded.Network.Classes);
    }

    [TestMethod]
    public void Create_ClassWithoutName_IsRefused()
    {
        using var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), 2);

        Assert.Contains("Class 1 has no name (null)", Assert.ThrowsExactly<ArgumentException>(() => new ImageClassifier(network, ImagePreset.ImageNet(8, 8), ["a", null!])).Message);
    }

    [TestMethod]
    public void Save_IntoAMissingFolder_NamesIt()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier(["a", "b"]);
        var path = Path.Combine(folder.Path, "missing", "classifier");

        var error = Assert.Throws<IOException>(() => classifier.Save(path));

        Assert.AreEqual($"{path} cannot be written: there is no folder {Path.GetDirectoryName(path)}. Create it first.", error.Message);
    }

    [TestMethod]
    public void Save_WhereAFolderIs_FailsAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var classifier = Classifier(["a", "b"]);
        var inside = folder.File("taken", "file");
        File.WriteAllText(inside, "stays");

        var error = Assert.ThrowsExactly<UnauthorizedAccessException>(() => classifier.Save(Path.GetDirectoryName(inside)!));

        Assert.Contains("taken cannot be written: it is a folder", error.Message);
        CollectionAssert.AreEqual(new[] { inside }, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Save_IntoAFolderThatMayNotBeWritten_FailsAndLeavesNothing()
    {
        // The rights of a folder stop neither Windows nor root.
        var isStopped = !OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess;
        using var folder = new TemporaryFolder();
        using var classifier = Classifier(["a", "b"]);
        var path = folder.File("closed", "classifier");
        var closed = Path.GetDirectoryName(path)!;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            if (isStopped)
                Assert.Contains(closed, Assert.ThrowsExactly<UnauthorizedAccessException>(() => classifier.Save(path)).Message);
            else
                classifier.Save(path);

            Assert.HasCount(isStopped ? 0 : 1, Directory.GetFileSystemEntries(closed));
        }
        finally
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [TestMethod]
    public void Save_Twice_ReplacesTheFileAndLeavesNoOther()
    {
        using var folder = new TemporaryFolder();
        using (var first = Classifier(["a", "b"]))
            first.Save(folder.File("classifier"));
        using (var second = Classifier(["c", "d", "e"]))
            second.Save(folder.File("classifier"));

        using var loaded = ImageClassifier.Load(folder.File("classifier"));

        CollectionAssert.AreEqual(new[] { "c", "d", "e" }, loaded.ClassNames.ToArray());
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Load_WeightsAlone_SaysHowTheyBecomeAClassifier()
    {
        using var folder = new TemporaryFolder();
        using (var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), 2))
            network.Save(folder.File("weights"));

        var error = Assert.ThrowsExactly<WeightFormatException>(() => ImageClassifier.Load(folder.File("weights")));

        Assert.Contains("holds no classifier", error.Message);
        Assert.Contains("new ImageClassifier(network, preset, classNames)", error.Message);
    }

    [TestMethod]
    public void FineTuning_FromAClassifiersFile_TakesItsPresetStemAndWeights()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("classifier");
        using var classifier = Classifier(["a", "b", "c"], stem: Stem.Standard);
        classifier.Save(path);
        var tuning = new FineTuningOptions { WeightsFile = path };

        var preset = tuning.ReadPreset()!;
        CollectionAssert.AreEqual(new[] { 0.5f, 0.4f, 0.3f }, preset.Mean.ToArray());
        using var images = new LabelledImages(preset, classes: 5);
        var random = new Random(1); // black images have no variance, by which norms divide
        for (var i = 0; i < 4; i++)
        {
            var pixels = new byte[preset.ImageBytes];
            random.NextBytes(pixels);
            images.Add(pixels, i);
        }
        // A rate that moves no weight of float32.
        var options = new TrainingOptions { Epochs = 1, BatchSize = 4, Seed = 1, FineTuning = tuning, Optimizer = new() { LearningRate = 1e-30 } };
        using var trained = Trainer.Train(ResNetVariant.Find("resnet20"), stem: null, images, null, options).Network;

        Assert.AreEqual(Stem.Standard, trained.Stem);
        Assert.AreEqual(5, trained.Classes);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var (saved, now) = (classifier.Network.state_dict(), trained.state_dict());
        foreach (var (name, weights) in saved.Where(w => w.Key.EndsWith("conv1.weight", StringComparison.Ordinal)))
            CollectionAssert.AreEqual(weights.contiguous().data<float>().ToArray(), now[name].contiguous().data<float>().ToArray(), name);
    }

    [TestMethod]
    [DataRow("""{"Height":8,"Width":8,"Mean":[0.5,0.5,0.5],"Std":[0.2]}""", "3 means and 1 deviation")]
    [DataRow("""{"Height":0,"Width":8,"Mean":[0.5],"Std":[0.2]}""", "8×0 pixels")]
    [DataRow("[]", "metadata 'preset' cannot be read")]
    public void DamagedPreset_IsToldWhereverItIsRead(string preset, string part)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("damaged");
        using (var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), 2))
            network.Save(path, new Dictionary<string, string> { ["class_names"] = """["a","b"]""", ["preset"] = preset });

        foreach (var read in new Action[] { () => ImageClassifier.Load(path).Dispose(), () => new FineTuningOptions { WeightsFile = path }.ReadPreset() })
        {
            var error = Assert.ThrowsExactly<WeightFormatException>(read);
            Assert.Contains(path, error.Message);
            Assert.Contains(part, error.Message);
        }
    }

    [TestMethod]
    public void FineTuning_FromWeightsAlone_HasNoPreset()
    {
        using var folder = new TemporaryFolder();
        using (var network = new ResidualNetwork(ResNetVariant.Find("resnet20"), 2))
            network.Save(folder.File("weights"), new Dictionary<string, string> { ["preset"] = "a stranger's word" });

        Assert.IsNull(new FineTuningOptions { WeightsFile = folder.File("weights") }.ReadPreset());
        Assert.ThrowsExactly<FileNotFoundException>(() => new FineTuningOptions { WeightsFile = folder.File("nothing") }.ReadPreset());
    }
}
