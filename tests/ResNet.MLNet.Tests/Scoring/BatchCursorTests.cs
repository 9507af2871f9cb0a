using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;
using ResNet.Torch.Tests;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>Rows that are read ahead and scored on other threads come as if each were scored by itself.</summary>
[TestClass]
public sealed class BatchCursorTests : IDisposable
{
    static readonly ImagePreset preset = ImagePreset.ImageNet(TestImages.Size, TestImages.Size) with { ResizeShorterSide = 20 };

    readonly MLContext mlContext = new(seed: 1);
    readonly TemporaryFolder folder = TestImages.Files(perClass: 9);
    readonly ImageClassifier classifier = new(ResidualNetwork.Seeded(3, ResNetVariant.ResNet20, TestImages.Classes.Length), preset, TestImages.Classes);
    readonly string[] files;

    public BatchCursorTests() => files = [.. Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        classifier.Dispose();
        folder.Dispose();
    }

    sealed class FileRow
    {
        public string Image { get; set; } = "";

        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];
    }

    sealed class BytesRow
    {
        public byte[] Image { get; set; } = [];

        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];
    }

    sealed class Scored
    {
        public int Number { get; set; }

        public float[] Numbers { get; set; } = [];

        public float[] Score { get; set; } = [];
    }

    IEnumerable<FileRow> Rows() => files.Select((file, i) => new FileRow { Image = file, Number = i, Numbers = [.. Enumerable.Repeat(i + 0.5f, i % 3)] });

    IDataView Paths() => mlContext.Data.LoadFromEnumerable(Rows());

    /// <summary>The same images in each form that a column has them in.</summary>
    IDataView Images(string form) => form switch
    {
        "paths" => Paths(),
        "bytes" => mlContext.Data.LoadFromEnumerable(Rows().Select(row => new BytesRow { Image = File.ReadAllBytes(row.Image), Number = row.Number, Numbers = row.Numbers })),
        "images" => mlContext.Transforms.LoadImages("Image", null, "Image").Fit(Paths()).Transform(Paths()),
        _ => throw new ArgumentException(form),
    };

    ResNetClassifierTransformer Model(IDataView rows, int? batchSize = null, BadImagePolicy onBadImage = BadImagePolicy.Throw, string? errors = null) =>
        mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ScoringBatchSize = batchSize, OnBadImage = onBadImage, ImageErrorColumnName = errors }).Fit(rows);

    static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-5f);
    }

    [TestMethod]
    [DataRow("paths", null)]
    [DataRow("paths", 1)]
    [DataRow("paths", 4)]
    [DataRow("bytes", null)]
    [DataRow("bytes", 5)]
    [DataRow("images", null)]
    [DataRow("images", 1)]
    [DataRow("images", 1000)]
    public void Transform_BatchesOfAnySize_ScoreEachRowAsItsFile(string form, int? batchSize)
    {
        var threads = get_num_threads();
        var rows = Images(form);
        using var model = Model(rows, batchSize);

        var scored = mlContext.Data.CreateEnumerable<Scored>(model.Transform(rows), reuseRowObject: false).ToList();

        Assert.HasCount(files.Length, scored);
        for (var i = 0; i < files.Length; i++)
        {
            Assert.AreEqual(i, scored[i].Number);
            CollectionAssert.AreEqual(Enumerable.Repeat(i + 0.5f, i % 3).ToArray(), scored[i].Numbers);
            AssertClose(classifier.ScoreFile(files[i]), scored[i].Score);
        }
        Assert.AreEqual(threads, get_num_threads());
    }

    [TestMethod]
    public void Transform_RowsInAnotherOrderAtEachPass_ScoresTheRowsOfItsPass()
    {
        var shuffled = mlContext.Data.ShuffleRows(Paths()); // no seed: another order each time
        var rows = mlContext.Transforms.LoadImages("Photo", null, "Image").Fit(shuffled).Transform(shuffled);
        using var model = mlContext.Transforms.ResNetScorer(classifier, new ResNetScorerOptions { ImageColumnName = "Photo" }).Fit(rows);

        foreach (var one in mlContext.Data.CreateEnumerable<Scored>(model.Transform(rows), reuseRowObject: false))
            AssertClose(classifier.ScoreFile(files[one.Number]), one.Score);
    }

    [TestMethod]
    public void Transform_PassedThroughImages_AreTheirRowsOwn()
    {
        var rows = Images("images");
        using var model = Model(rows, 2);
        var scored = model.Transform(rows);
        using var cursor = scored.GetRowCursor(scored.Schema);
        var (getImage, getScore) = (cursor.GetGetter<MLImage>(scored.Schema["Image"]), cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]));
        MLImage image = null!;
        VBuffer<float> score = default;

        for (var i = 0; cursor.MoveNext(); i++)
        {
            getScore(ref score);
            getImage(ref image);
            using var expected = MLImage.CreateFromFile(files[i]);
            Assert.IsTrue(expected.Pixels.SequenceEqual(image.Pixels));
            AssertClose(classifier.ScoreFile(files[i]), [.. score.DenseValues()]);
        }
        image.Dispose();
    }

    [TestMethod]
    public void Transform_OneShotSource_IsReadInOnePass()
    {
        var passes = 0;
        IEnumerable<FileRow> Once()
        {
            passes++;
            for (var i = 0; i < 300; i++)
                yield return new FileRow { Image = files[i % files.Length], Number = i };
        }
        var data = mlContext.Data.LoadFromEnumerable(Once());
        var rows = mlContext.Transforms.LoadImages("Image", null, "Image").Fit(data).Transform(data);
        using var model = Model(Images("images"));
        var expected = files.Select(file => classifier.ScoreFile(file)).ToList();

        var scored = mlContext.Data.CreateEnumerable<Scored>(model.Transform(rows), reuseRowObject: false).ToList();

        Assert.AreEqual(1, passes);
        CollectionAssert.AreEqual(Enumerable.Range(0, 300).ToList(), scored.ConvertAll(row => row.Number));
        foreach (var row in scored)
            AssertClose(expected[row.Number % files.Length], row.Score);
    }

    [TestMethod]
    public void Cursor_IdsAndPositions_AreTheSourcesOwn()
    {
        using var model = Model(Paths(), 4);
        var scored = model.Transform(Paths());
        using var source = Paths().GetRowCursor([]);
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var (getExpected, getId) = (source.GetIdGetter(), cursor.GetIdGetter());
        DataViewRowId expected = default, id = default;

        while (source.MoveNext())
        {
            Assert.IsTrue(cursor.MoveNext());
            getExpected(ref expected);
            getId(ref id);
            Assert.AreEqual((expected, source.Position), (id, cursor.Position));
        }

        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void Cursor_ReadsABoundedNumberOfRowsAhead_AndNoneOnceDisposed()
    {
        var asked = 0;
        IEnumerable<FileRow> Endless()
        {
            while (true)
                yield return new FileRow { Image = files[asked % files.Length], Number = asked++ };
        }
        using var model = Model(Paths(), 3);
        var scored = model.Transform(mlContext.Data.LoadFromEnumerable(Endless()));

        using (var cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["Number"]]))
        {
            var (getNumber, getScore) = (cursor.GetGetter<int>(scored.Schema["Number"]), cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]));
            VBuffer<float> score = default;
            for (var row = 0; row < 60; row++)
            {
                Assert.IsTrue(cursor.MoveNext());
                var number = -1;
                getNumber(ref number);
                getScore(ref score);
                Assert.AreEqual(row, number);
                Assert.AreEqual(row, cursor.Position);
                Assert.IsLessThanOrEqualTo(row + 3 * (ScoringThreads.Shared.ReadAhead + 1) + 1, asked);
            }
        }

        var atEnd = asked;
        Thread.Sleep(50);
        Assert.AreEqual(atEnd, asked);
    }

    [TestMethod]
    public void Cursor_DisposedEarly_LeavesNoTensor()
    {
        using var model = Model(Paths(), 4);
        _ = model.Transform(Paths()).GetColumn<uint>("PredictedLabel").ToList();

        var left = NativeTensors.LeftBy(
            () =>
            {
                for (var round = 0; round < 5; round++)
                    _ = model.Transform(Paths()).GetColumn<uint>("PredictedLabel").First();
            },
            networks: 0);

        Assert.AreEqual(0, left);
    }

    [TestMethod]
    public void Cursor_WhoseScoresNobodyReads_PassesItsRows()
    {
        using var model = Model(Paths(), 2);
        var scored = model.Transform(Paths());
        using var cursor = scored.GetRowCursor(scored.Schema);
        var get = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        var rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            if (rows != 13)
                continue;
            get(ref score);
            AssertClose(classifier.ScoreFile(files[13]), [.. score.DenseValues()]);
        }

        Assert.AreEqual(files.Length, rows);
        Assert.AreEqual(-1, cursor.Position);
        Assert.IsFalse(cursor.MoveNext());
        Assert.ThrowsExactly<InvalidOperationException>(() => get(ref score));
    }

    [TestMethod]
    public void Cursor_ErrorColumnAlone_RunsNoForwardPass()
    {
        File.WriteAllText(files[4], "no image");
        using var model = Model(Paths(), 3, BadImagePolicy.Skip, errors: "Why");
        var forwards = EstimatorContract.CountForwards(model);

        var why = model.Transform(Paths()).GetColumn<string>("Why").ToList();

        Assert.AreEqual(0, forwards());
        Assert.Contains(files[4], why[4]);
        Assert.AreEqual(1, why.Count(text => text.Length > 0));
    }

    [TestMethod]
    [DataRow("paths")]
    [DataRow("bytes")]
    [DataRow("images")]
    public void Cursor_BadImageInTheMiddle_FailsAtItsRowAlone(string form)
    {
        File.WriteAllText(files[5], "no image");
        var rows = Images(form);
        using var model = Model(rows, 4);
        var scored = model.Transform(rows);
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var get = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        for (var row = 0; cursor.MoveNext(); row++)
        {
            if (row == 5)
            {
                for (var again = 0; again < 2; again++)
                    Assert.Contains("Column 'Image', row 5", Assert.ThrowsExactly<InvalidDataException>(() => get(ref score)).Message);
                continue;
            }
            get(ref score);
            AssertClose(classifier.ScoreFile(files[row]), [.. score.DenseValues()]);
        }
    }

    [TestMethod]
    public void Cursor_SourceThatThrows_GivesTheRowsBefore()
    {
        IEnumerable<FileRow> Broken()
        {
            foreach (var row in Rows().Take(7))
                yield return row;
            throw new IOException("the list ended");
        }
        using var model = Model(Paths(), 3);
        var scored = model.Transform(mlContext.Data.LoadFromEnumerable(Broken()));
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var get = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        for (var row = 0; row < 7; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            get(ref score);
            AssertClose(classifier.ScoreFile(files[row]), [.. score.DenseValues()]);
        }

        Assert.AreEqual("the list ended", Assert.ThrowsExactly<IOException>(() => cursor.MoveNext()).Message);
    }

    [TestMethod]
    public void Transform_From32Threads_GivesEachItsScores()
    {
        using var model = Model(Paths(), 2);
        var expected = files.Select(file => classifier.ScoreFile(file)).ToList();
        var answers = new float[32][][];

        var callers = Enumerable.Range(0, 32).Select(i => new Thread(() => answers[i] = [.. model.Transform(Paths()).GetColumn<float[]>("Score")])).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());

        foreach (var answer in answers)
        {
            Assert.HasCount(files.Length, answer);
            foreach (var (wanted, got) in expected.Zip(answer))
                AssertClose(wanted, got);
        }
    }

    [TestMethod]
    public void Transform_ScorerWithinTheRowsOfAnother_DoesNotWaitForEver()
    {
        // Each row's mapping scores a file by itself, through rows of its own, on the threads that score the rows.
        using var model = Model(Paths(), 1);
        var mapped = mlContext.Transforms.CustomMapping<FileRow, Scored>(
            (row, scored) => (scored.Number, scored.Score) = (row.Number, [.. classifier.ScoreFiles([row.Image], batchSize: 1).Single().Scores!]), null).Fit(Paths()).Transform(Paths());
        using var outer = Model(mapped, 1);

        Assert.HasCount(files.Length, outer.Transform(mapped).GetColumn<uint>("PredictedLabel").ToList());
    }
}
