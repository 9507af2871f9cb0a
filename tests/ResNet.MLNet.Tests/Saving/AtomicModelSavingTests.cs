using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Saving;

/// <summary>ML.NET's model files, written whole or not at all.</summary>
[TestClass]
public sealed class AtomicModelSavingTests : IDisposable
{
    readonly MLContext mlContext = new(seed: 1);
    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    string ModelPath => Path.Combine(folder.Path, "model.zip");

    /// <summary>The columns of the input schema that a model file gives back; nothing when it has no schema.</summary>
    string[] LoadedColumns()
    {
        using var model = (IDisposable)new MLContext().Model.Load(ModelPath, out var schema);
        return schema is null ? [] : [.. schema.Select(column => column.Name)];
    }

    [TestMethod]
    public void SaveAtomically_SchemaWithOtherColumns_KeepsThose()
    {
        using var classifier = SavedForm.Classifier(0);
        var rows = TestImages.Rows(mlContext, 3);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(rows);

        mlContext.Model.SaveAtomically(model, rows.Schema, ModelPath);

        CollectionAssert.AreEquivalent(new[] { "Class", "Number", "Label" }, LoadedColumns());
    }

    [TestMethod]
    public void SaveAtomically_SchemaOfImagesAlone_IsSavedWithoutSchema()
    {
        using var classifier = SavedForm.Classifier(0);
        var images = mlContext.Transforms.SelectColumns("Image").Fit(TestImages.Rows(mlContext, 3)).Transform(TestImages.Rows(mlContext, 3));
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(images);
        var error = Assert.Throws<Exception>(() => mlContext.Model.Save(model, images.Schema, new MemoryStream())); // what it copes with
        TestContext.WriteLine($"ML.NET: {error.GetType().Name}: {error.Message}");

        mlContext.Model.SaveAtomically(model, images.Schema, ModelPath);

        Assert.IsEmpty(LoadedColumns());
        Assert.HasCount(3, SavedForm.All[0].Score(ModelPath));
    }

    [TestMethod]
    public void SaveAtomically_FileThatIsThere_IsReplacedAndLeftoversGo()
    {
        using var classifier = SavedForm.Classifier(0);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(TestImages.Rows(mlContext, 1));
        folder.File("model.zip", "an old file"u8);
        File.SetLastWriteTimeUtc(folder.File($"model.zip.{Guid.NewGuid():N}.tmp", "part of a zip"u8), DateTime.UtcNow.AddSeconds(-2));

        mlContext.Model.SaveAtomically(model, null, ModelPath);

        CollectionAssert.AreEqual(new[] { ModelPath }, Directory.GetFileSystemEntries(folder.Path));
        Assert.HasCount(3, SavedForm.All[0].Score(ModelPath));
    }

    [TestMethod]
    public void SaveThenLoad_AHundredTimes_LeavesNoTemporaryFile()
    {
        using var temporary = new TemporaryFolder();
        var own = Path.GetDirectoryName(temporary.File("ml.net", "file"))!;
        var others = Path.GetDirectoryName(temporary.File("others", "file"))!;
        using var classifier = SavedForm.Classifier(0, ResNetVariant.ResNet20 with { Depths = new(1, 1, 1) });
        var variables = new[] { "TMPDIR", "TEMP", "TMP" }.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var name in variables.Keys)
                Environment.SetEnvironmentVariable(name, others);
            var context = new MLContext { TempFilePath = own };
            for (var i = 0; i < 100; i++)
            {
                using var model = context.Transforms.ResNetScorer(classifier).Fit(TestImages.Rows(context, 1));
                context.Model.SaveAtomically(model, null, ModelPath);
                var loaded = context.Model.Load(ModelPath, out _);
                using var owned = (IDisposable)loaded;
                Assert.HasCount(3, loaded.Transform(TestImages.Rows(context, 1)).GetColumn<float[]>("Score").Single());
            }
        }
        finally
        {
            foreach (var (name, value) in variables)
                Environment.SetEnvironmentVariable(name, value);
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(own));
        Assert.IsEmpty(Directory.GetFileSystemEntries(others).Where(path => Path.GetFileName(path) != ScoreProgram.OnnxRuntimesFile).ToArray());
        CollectionAssert.AreEqual(new[] { ModelPath }, Directory.GetFileSystemEntries(folder.Path));
        Assert.AreEqual(0, OpenFiles.Count(temporary.Path) ?? 0);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)] // no limit on the size of a process's files there
    [DataRow(SavedModel.Dictionary, "model.zip was not allowed")]
    [DataRow(SavedModel.Network, "network.onnx was not allowed")] // among the temporary files
    public void SaveAtomically_DiskFull_SaysSoAndKeepsWhatWasThere(SavedModel model, string reason)
    {
        folder.File("model.zip", "an old file"u8);

        var error = SavingProcess.ErrorWithFilesOfAtMost(kilobytes: 4_000, model, ModelPath);

        TestContext.WriteLine(error);
        Assert.StartsWith($"IOException: {ModelPath} was not saved, and what was there before is as it was: A file as large as ", error);
        Assert.Contains(reason, error);
        CollectionAssert.AreEqual(new[] { ModelPath }, Directory.GetFileSystemEntries(folder.Path));
        Assert.AreEqual("an old file", File.ReadAllText(ModelPath));
        Assert.AreEqual("", SavingProcess.ErrorWithFilesOfAtMost(kilobytes: 40_000, model, ModelPath));
        using var zip = ZipFile.OpenRead(ModelPath);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)] // permissions of another kind there
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void SaveAtomically_ReadOnlyFolder_NamesTheFile()
    {
        // Permissions do not bind root; /sys takes no files from anybody.
        var readOnly = Environment.IsPrivilegedProcess ? "/sys" : Directory.CreateDirectory(Path.Combine(folder.Path, "read-only"), UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;

        var error = Assert.ThrowsExactly<UnauthorizedAccessException>(() => Save(Path.Combine(readOnly, "model.zip")));

        TestContext.WriteLine(error.Message);
        Assert.StartsWith($"{Path.Combine(readOnly, "model.zip")} cannot be written: no file can be made in its folder (", error.Message);
    }

    [TestMethod]
    public void SaveAtomically_NoFolderOrAFolder_SaysWhatToDo()
    {
        var missing = Assert.ThrowsExactly<DirectoryNotFoundException>(() => Save(Path.Combine(folder.Path, "nowhere", "model.zip")));
        var occupied = Assert.ThrowsExactly<UnauthorizedAccessException>(() => Save(folder.Path));

        Assert.AreEqual($"{Path.Combine(folder.Path, "nowhere", "model.zip")} cannot be written: there is no folder {Path.Combine(folder.Path, "nowhere")}. Create it first.", missing.Message);
        Assert.AreEqual($"{folder.Path} cannot be written: it is a folder. Give the path of a file.", occupied.Message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void SaveAtomically_ModelThatCannotBeSaved_KeepsWhatWasThere()
    {
        using var classifier = SavedForm.Classifier(0);
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { OnBadImage = BadImagePolicy.Skip }).Fit(TestImages.Rows(mlContext, 1));
        folder.File("model.zip", "an old file"u8);

        Assert.ThrowsExactly<NotSupportedException>(() => mlContext.Model.SaveAtomically(model, null, ModelPath));

        CollectionAssert.AreEqual(new[] { ModelPath }, Directory.GetFileSystemEntries(folder.Path));
        Assert.AreEqual("an old file", File.ReadAllText(ModelPath));
    }

    void Save(string path)
    {
        using var classifier = SavedForm.Classifier(0);
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(TestImages.Rows(mlContext, 1));
        mlContext.Model.SaveAtomically(model, null, path);
    }

    public void Dispose() => folder.Dispose();
}
