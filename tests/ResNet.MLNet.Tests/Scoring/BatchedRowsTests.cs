using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>Rows that are read ahead and scored on other threads come as if each were scored by itself.</summary>
[TestClass]
public sealed class BatchedRowsTests : FormsOfImages
{
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
