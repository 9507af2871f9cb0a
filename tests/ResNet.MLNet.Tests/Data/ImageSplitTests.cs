using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Tests.Data;

/// <summary>Rows divided into a training and a test set.</summary>
[TestClass]
public class ImageSplitTests
{
    readonly MLContext mlContext = new(seed: 1);

    public sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";

        public float Patient { get; set; }
    }

    /// <summary>60 rows: 20 patients with three images, ten of label "ill" and ten of "well".</summary>
    static Row[] Rows() => [.. Enumerable.Range(0, 60).Select(i => new Row { ImagePath = $"/x/p{i % 20}_{i / 20}.png", Label = i % 2 == 0 ? "ill" : "well", Patient = i % 20 })];

    IDataView View(IEnumerable<Row> rows) => mlContext.Data.LoadFromEnumerable(rows);

    static string[] Paths(IDataView view) => [.. view.GetColumn<string>("ImagePath")];

    static void AssertWholePatients(DataOperationsCatalog.TrainTestData split)
    {
        Assert.HasCount(48, Paths(split.TrainSet));
        Assert.HasCount(12, Paths(split.TestSet)); // a fifth of ten patients: two of each label
        Assert.AreEqual((6, 6), (Labels("ill"), Labels("well")));
        Assert.IsEmpty(Patients(split.TrainSet).Intersect(Patients(split.TestSet)));
        Assert.HasCount(4, Patients(split.TestSet));

        int Labels(string label) => split.TestSet.GetColumn<ReadOnlyMemory<char>>("LabelText").Count(text => text.ToString() == label);
        static HashSet<string> Patients(IDataView view) => [.. Paths(view).Select(path => path.Split('/', '_')[2])];
    }

    /// <summary>The label as text in another column too, whatever "Label" becomes.</summary>
    IDataView WithText(IDataView view) => mlContext.Transforms.CopyColumns("LabelText", "Label").Fit(view).Transform(view);

    [TestMethod]
    public void TrainTestSplitImages_GroupColumn_KeepsGroupsAndShares()
    {
        var text = WithText(View(Rows()));
        var key = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.Conversion.MapValueToKey("Patient")).Fit(text).Transform(text);

        AssertWholePatients(mlContext.Data.TrainTestSplitImages(text, 0.2, groupColumnName: "Patient", seed: 3));
        AssertWholePatients(mlContext.Data.TrainTestSplitImages(key, 0.2, groupColumnName: "Patient", seed: 3));
    }

    [TestMethod]
    [DataRow("^p[0-9]+")]
    [DataRow("^p([0-9]+)_")]
    public void TrainTestSplitImages_Pattern_KeepsImagesTogetherWhoseNamesBeginAlike(string pattern) =>
        AssertWholePatients(mlContext.Data.TrainTestSplitImages(WithText(View(Rows())), new Regex(pattern), 0.2, seed: 3));

    [TestMethod]
    public void TrainTestSplitImages_Delegate_KeepsImagesTogether() =>
        AssertWholePatients(mlContext.Data.TrainTestSplitImages(WithText(View(Rows())), path => path.Split('_')[0], 0.2, seed: 3));

    [TestMethod]
    public void TrainTestSplitImages_PatternThatMissesFiles_NamesThem()
    {
        var message = Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.TrainTestSplitImages(View(Rows()), new Regex("^p1"))).Message;

        // p0 and p2 to p9 do not begin so: 9 patients, three images each.
        foreach (var part in new[] { "27 rows have no group", "row 0: '/x/p0_0.png'", "row 2", "ImagePath" })
            Assert.Contains(part, message);
    }

    [TestMethod]
    public void TrainTestSplitImages_RowsWithoutGroup_AreNamed()
    {
        var rows = Rows();
        rows[7].Patient = float.NaN;

        Assert.Contains("1 row has no group (row 7)", Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.TrainTestSplitImages(View(rows), groupColumnName: "Patient")).Message);
    }

    [TestMethod]
    public void TrainTestSplitImages_NoGroups_DividesEachClassAndKeepsTheOrder()
    {
        var all = Rows();

        var split = mlContext.Data.TrainTestSplitImages(View(all), 0.25, seed: 5);

        var (train, test) = (Paths(split.TrainSet), Paths(split.TestSet));
        CollectionAssert.AreEquivalent(all.Select(row => row.ImagePath).ToArray(), train.Concat(test).ToArray());
        CollectionAssert.AreEqual(all.Select(row => row.ImagePath).Except(test).ToArray(), train);
        CollectionAssert.AreEqual(all.Select(row => row.ImagePath).Except(train).ToArray(), test);
        CollectionAssert.AreEqual(new long[] { 7, 8 }, mlContext.Data.CountClasses(split.TestSet).Classes.Select(of => of.Count).Order().ToArray()); // of 30 each 7.5, 15 in all
        Assert.AreEqual((45L, 15L), (split.TrainSet.GetRowCount(), split.TestSet.GetRowCount()));
    }

    [TestMethod]
    public void TrainTestSplitImages_Seeds_TellTheSplit()
    {
        string[] Test(int? seed, int context = 1) => Paths(new MLContext(context).Data.TrainTestSplitImages(View(Rows()), 0.25, seed: seed).TestSet);

        CollectionAssert.AreEqual(Test(5), Test(5));
        CollectionAssert.AreNotEqual(Test(5), Test(6));
        CollectionAssert.AreEqual(Test(null), Test(null));
        CollectionAssert.AreNotEqual(Test(null), Test(null, context: 2));
    }

    [TestMethod]
    public void TrainTestSplitImages_ShuffledCachedAndDividedCursors_GiveTheSameRows()
    {
        var split = mlContext.Data.TrainTestSplitImages(View(Rows()), groupColumnName: "Patient", testFraction: 0.2, seed: 3);
        var expected = Paths(split.TestSet);

        CollectionAssert.AreEquivalent(expected, Paths(mlContext.Data.ShuffleRows(split.TestSet, seed: 8)));
        CollectionAssert.AreEqual(expected, Paths(mlContext.Data.Cache(split.TestSet)));
        using var shuffled = split.TestSet.GetRowCursor(split.TestSet.Schema, new Random(8));
        var path = shuffled.GetGetter<ReadOnlyMemory<char>>(split.TestSet.Schema["ImagePath"]);
        var seen = new List<string>();
        for (ReadOnlyMemory<char> value = default; shuffled.MoveNext();)
        {
            path(ref value);
            seen.Add(value.ToString());
            Assert.AreEqual(seen.Count - 1, shuffled.Position);
        }
        CollectionAssert.AreEquivalent(expected, seen);
    }

    [TestMethod]
    public void TrainTestSplitImages_OfAFolder_TrainsAndScores()
    {
        using var folder = TestImages.Files(perClass: 4);
        var split = mlContext.Data.TrainTestSplitImages(mlContext.Data.LoadImageFolder(folder.Path), 0.25, seed: 1);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
            .Append(mlContext.Transforms.ResNetClassifier(TestImages.Options));

        using var model = pipeline.Fit(split.TrainSet);

        var scored = model.Transform(split.TestSet);
        CollectionAssert.AreEqual(new uint[] { 1, 2, 3 }, scored.GetColumn<uint>("Label").ToArray());
        Assert.HasCount(3, scored.GetColumn<VBuffer<float>>("Score").ToArray());
    }

    [TestMethod]
    public void TrainTestSplitImages_BadArguments_AreNamed()
    {
        var view = View(Rows());

        foreach (var fraction in new[] { 0, 1, -0.1, double.NaN })
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => mlContext.Data.TrainTestSplitImages(view, fraction));
        Assert.Contains("'Nobody'", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Data.TrainTestSplitImages(view, groupColumnName: "Nobody")).Message);
        Assert.Contains("no rows", Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.TrainTestSplitImages(View([]))).Message);
        var message = Assert.ThrowsExactly<InvalidDataException>(() => mlContext.Data.TrainTestSplitImages(view, 0.01, "Patient")).Message;
        foreach (var part in new[] { "0.01", "60 in 20 groups (the smallest has 3)", "Raise the fraction" })
            Assert.Contains(part, message);
    }
}
