using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>Images that a pipeline makes are made on several threads, in one pass over the source, and come in their order.</summary>
[TestClass]
public sealed class DividedRowsTests : IDisposable
{
    readonly PipelineImages images = new();

    public void Dispose() => images.Dispose();

    [TestMethod]
    [DataRow(0, null)]
    [DataRow(1, null)]
    [DataRow(2, null)]
    [DataRow(3, null)]
    [DataRow(127, null)]
    [DataRow(128, 9)]
    [DataRow(129, null)]
    [DataRow(700, 50)]
    [DataRow(1000, null)]
    [DataRow(1000, 500)]
    [DataRow(300, 1)]
    public void Transform_ImagesOfThePipeline_ComeInOrderInOnePass(int count, int? batchSize)
    {
        using var model = images.Model(batchSize);
        var rows = images.Images(images.Rows(count));

        var scored = images.Read(model.Transform(rows));

        Assert.AreEqual(1, images.Passes);
        CollectionAssert.AreEqual(Enumerable.Range(0, count).ToList(), scored.ConvertAll(row => row.Number));
        foreach (var row in scored)
        {
            CollectionAssert.AreEqual(Enumerable.Repeat(row.Number + 0.5f, row.Number % 3).ToArray(), row.Numbers);
            images.AssertScore(row.Number, row.Score);
        }
    }

    [TestMethod]
    public void Transform_ImagesOfThePipeline_AreMadeOnSeveralThreadsAtOnce()
    {
        if (Environment.ProcessorCount == 1)
            Assert.Inconclusive("One processor: nothing is divided.");
        using var model = images.Model();
        using var further = new ManualResetEventSlim();
        var data = images.MLContext.Data.LoadFromEnumerable(images.Rows(300));
        // The first row waits for one of another run, which one thread alone would come to later.
        bool Set()
        {
            further.Set();
            return true;
        }
        var mapped = images.MLContext.Transforms.CustomMapping<PipelineImages.FileRow, PipelineImages.FileRow>(
            (row, output) =>
            {
                Assert.IsTrue(row.Number < 128 ? further.Wait(TimeSpan.FromSeconds(60)) : Set());
                (output.ImagePath, output.Number) = (row.ImagePath, row.Number);
            },
            null).Fit(data).Transform(data);

        var scored = images.Read(model.Transform(images.Images(mapped)));

        CollectionAssert.AreEqual(Enumerable.Range(0, 300).ToList(), scored.ConvertAll(row => row.Number));
    }

    [TestMethod]
    public void Transform_ConsumerThatAsksForTheImages_GetsEachRowsOwn()
    {
        using var model = images.Model();
        var rows = images.Images(images.Rows(300));
        var scored = model.Transform(rows);
        using var cursor = scored.GetRowCursor([scored.Schema["Image"], scored.Schema["Number"], scored.Schema["Score"]]);
        var (getImage, getNumber, getScore) = (cursor.GetGetter<MLImage>(scored.Schema["Image"]), cursor.GetGetter<int>(scored.Schema["Number"]), cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]));
        MLImage image = null!;
        VBuffer<float> score = default;

        for (var row = 0; cursor.MoveNext(); row++)
        {
            var number = -1;
            getNumber(ref number);
            getScore(ref score);
            getImage(ref image);
            Assert.AreEqual(row, number);
            Assert.EndsWith(".png", image.Tag);
            using var expected = MLImage.CreateFromFile(image.Tag);
            Assert.IsTrue(expected.Pixels.SequenceEqual(image.Pixels));
            images.AssertScore(row, [.. score.DenseValues()]);
        }
        image.Dispose();
    }

    [TestMethod]
    public void Transform_TextFile_IsReadInItsOrder()
    {
        using var folder = new TemporaryFolder();
        using var model = images.Model();
        var file = folder.File("rows.tsv");
        File.WriteAllLines(file, images.Rows(1000).Select(row => $"{row.ImagePath}\t{row.Number}"));
        var data = images.MLContext.Data.LoadFromTextFile(file, [new("ImagePath", DataKind.String, 0), new("Number", DataKind.Int32, 1)]);

        var scored = model.Transform(images.Images(data));

        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToList(), scored.GetColumn<int>("Number").ToList());
        foreach (var (score, row) in scored.GetColumn<float[]>("Score").Select((score, row) => (score, row)))
            images.AssertScore(row, score);
    }

    [TestMethod]
    public void Transform_CachedRows_ComeInTheirOrderAtEachPass()
    {
        using var model = images.Model();
        var cached = images.MLContext.Data.Cache(images.MLContext.Data.LoadFromEnumerable(images.Rows(700)), "ImagePath", "Number");
        var scored = model.Transform(images.Images(cached));

        for (var pass = 0; pass < 2; pass++)
        {
            CollectionAssert.AreEqual(Enumerable.Range(0, 700).ToList(), scored.GetColumn<int>("Number").ToList());
            foreach (var (score, row) in scored.GetColumn<float[]>("Score").Select((score, row) => (score, row)))
                images.AssertScore(row, score);
        }
        Assert.AreEqual(1, images.Passes);
    }

    [TestMethod]
    public void Transform_FilteredRows_LeaveGapsAlone()
    {
        using var model = images.Model();
        var data = images.MLContext.Data.LoadFromEnumerable(images.Rows(1500));
        var few = images.MLContext.Data.FilterByCustomPredicate<PipelineImages.FileRow>(data, row => row.Number is >= 130 and < 900 && row.Number % 7 > 0); // true: left out

        var scored = images.Read(model.Transform(images.Images(few)));

        CollectionAssert.AreEqual(Enumerable.Range(0, 1500).Where(row => !(row is >= 130 and < 900 && row % 7 > 0)).ToList(), scored.ConvertAll(row => row.Number));
        scored.ForEach(row => images.AssertScore(row.Number, row.Score));
    }

    [TestMethod]
    public void Transform_ScorerBehindAnother_GivesBothTheirScores()
    {
        // The second's source waits for the scores of the first, while the second reads it on several threads.
        using var first = images.Model(batchSize: 2);
        var paths = images.Images(images.Rows(600));
        var data = images.MLContext.Transforms.CopyColumns("First", "Score").Fit(first.Transform(paths)).Transform(first.Transform(paths));
        var again = images.MLContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(data).Transform(data);
        using var second = images.Model(batchSize: 2);

        var both = second.Transform(again);

        foreach (var column in new[] { "First", "Score" })
        {
            var scores = both.GetColumn<float[]>(column).ToList();
            Assert.HasCount(600, scores);
            for (var row = 0; row < scores.Count; row++)
                images.AssertScore(row, scores[row]);
        }
    }

    [TestMethod]
    public void Transform_FromEightThreads_GivesEachItsRows()
    {
        using var model = images.Model();
        var rows = images.Images(images.Rows(400).ToList());
        var scored = model.Transform(rows);
        var answers = new ConcurrentBag<List<PipelineImages.Scored>>();

        var callers = Enumerable.Range(0, 8).Select(_ => new Thread(() => answers.Add(images.Read(scored)))).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());

        Assert.HasCount(8, answers);
        foreach (var answer in answers)
        {
            CollectionAssert.AreEqual(Enumerable.Range(0, 400).ToList(), answer.ConvertAll(row => row.Number));
            answer.ForEach(row => images.AssertScore(row.Number, row.Score));
        }
    }
}
