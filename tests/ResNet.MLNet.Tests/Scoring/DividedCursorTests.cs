using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>What a cursor over a divided source promises: numbers, errors at their rows, an end.</summary>
[TestClass]
public sealed class DividedCursorTests : IDisposable
{
    const int Count = 700; // five runs of ML.NET's 128 rows, and a part of one

    readonly PipelineImages images = new();

    public void Dispose() => images.Dispose();

    [TestMethod]
    public void Cursor_IdsPositionsAndBatches_AreThoseOfACursor()
    {
        using var model = images.Model();
        var rows = images.Images(images.Rows(Count).ToList());
        var scored = model.Transform(rows);
        using var source = rows.GetRowCursor([]);
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var (getExpected, getId) = (source.GetIdGetter(), cursor.GetIdGetter());
        DataViewRowId expected = default, id = default;
        long batch = 0;
        Assert.AreEqual(-1, cursor.Position);

        while (source.MoveNext())
        {
            Assert.IsTrue(cursor.MoveNext());
            getExpected(ref expected);
            getId(ref id);
            Assert.AreEqual((expected, source.Position), (id, cursor.Position));
            Assert.IsGreaterThanOrEqualTo(batch, cursor.Batch);
            batch = cursor.Batch;
        }

        for (var again = 0; again < 2; again++)
        {
            Assert.IsFalse(cursor.MoveNext());
            Assert.AreEqual(-1, cursor.Position);
        }
        Assert.ThrowsExactly<InvalidOperationException>(() => getId(ref id));
    }

    [TestMethod]
    public void Cursor_WhoseScoresNobodyReads_PassesItsRows()
    {
        using var model = images.Model(batchSize: 2);
        var scored = model.Transform(images.Images(images.Rows(Count)));
        using var cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["Number"]]);
        var get = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        var rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            if (rows != 511)
                continue;
            get(ref score);
            images.AssertScore(511, [.. score.DenseValues()]);
        }

        Assert.AreEqual(Count, rows);
    }

    [TestMethod]
    public void Cursor_BadImage_FailsAtItsRowAloneAndNamesIt()
    {
        using var model = images.Model();
        var scored = model.Transform(images.Images(images.Rows(Count, badRow: 300)));
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var get = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> score = default;

        for (var row = 0; cursor.MoveNext(); row++)
        {
            if (row == 300)
            {
                Assert.StartsWith($"Column 'Image', row 300 ({images.BadFile}): not an image that can be decoded", Assert.ThrowsExactly<InvalidDataException>(() => get(ref score)).Message);
                continue;
            }
            get(ref score);
            images.AssertScore(row, [.. score.DenseValues()]);
        }
    }

    sealed class Checked
    {
        public int Twice { get; set; }
    }

    [TestMethod]
    public void Cursor_ColumnWhoseValueCannotBeHad_FailsAtItsRowAlone()
    {
        using var model = images.Model();
        var rows = images.Images(images.Rows(Count));
        var mapped = images.MLContext.Transforms.CustomMapping<PipelineImages.FileRow, Checked>(
            (row, output) => output.Twice = row.Number == 300 ? throw new ArithmeticException("three hundred") : 2 * row.Number, null).Fit(rows).Transform(rows);
        var scored = model.Transform(mapped);
        using var cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema["Twice"]]);
        var (get, getTwice) = (cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]), cursor.GetGetter<int>(scored.Schema["Twice"]));
        VBuffer<float> score = default;
        var twice = 0;

        for (var row = 0; cursor.MoveNext(); row++)
        {
            get(ref score);
            images.AssertScore(row, [.. score.DenseValues()]);
            if (row == 300)
            {
                Assert.Contains("three hundred", Assert.Throws<Exception>(() => getTwice(ref twice)).ToString());
                continue;
            }
            getTwice(ref twice);
            Assert.AreEqual(2 * row, twice);
        }
    }

    [TestMethod]
    public void Cursor_SourceThatThrows_GivesTheRunsBeforeAndItsError()
    {
        IEnumerable<PipelineImages.FileRow> Broken()
        {
            foreach (var row in images.Rows(300))
                yield return row;
            throw new IOException("the list ended");
        }
        using var model = images.Model();
        var read = new List<int>();

        var error = Assert.ThrowsExactly<IOException>(() => ReadAll(model.Transform(images.Images(Broken())), read));

        Assert.AreEqual("the list ended", error.Message);
        CollectionAssert.AreEqual(Enumerable.Range(0, Environment.ProcessorCount > 1 ? 256 : 300).ToList(), read);
    }

    [TestMethod]
    public void Cursor_FilterThatThrows_GivesNoRowBehindIt()
    {
        using var model = images.Model();
        var data = images.MLContext.Data.LoadFromEnumerable(images.Rows(Count));
        var filtered = images.MLContext.Data.FilterByCustomPredicate<PipelineImages.FileRow>(
            images.MLContext.Transforms.CopyColumns("Copy", "Number").Fit(data).Transform(data), row => row.Number == 300 ? throw new ArithmeticException("three hundred") : false);
        var read = new List<int>();

        var error = Assert.Throws<Exception>(() => ReadAll(model.Transform(images.Images(filtered)), read));

        Assert.Contains("three hundred", error.ToString());
        CollectionAssert.AreEqual(Enumerable.Range(0, read.Count).ToList(), read);
        Assert.IsLessThanOrEqualTo(300, read.Count);
    }

    void ReadAll(IDataView scored, List<int> read)
    {
        foreach (var row in images.MLContext.Data.CreateEnumerable<PipelineImages.Scored>(scored, reuseRowObject: false))
        {
            images.AssertScore(row.Number, row.Score);
            read.Add(row.Number);
        }
    }

    [TestMethod]
    public void Cursor_DisposedEarly_LeavesNoTensorAndEndsTheSource()
    {
        using var model = images.Model();
        _ = images.Read(model.Transform(images.Images(images.Rows(3))));

        foreach (var wanted in new[] { 1, 127, 400 })
        {
            var left = NativeTensors.LeftBy(
                () => Assert.HasCount(wanted, model.Transform(images.Images(images.Rows(int.MaxValue))).GetColumn<uint>("PredictedLabel").Take(wanted).ToList()), networks: 0);

            Assert.AreEqual(0, left);
            Assert.IsLessThan(wanted + 128 * (2 * Environment.ProcessorCount + 8), images.Asked);
            AssertNobodyAsks();
        }
    }

    [TestMethod]
    public void Cursor_NeverMoved_EndsTheSourceWhenDisposed()
    {
        using var model = images.Model();
        var scored = model.Transform(images.Images(images.Rows(int.MaxValue)));

        scored.GetRowCursor([scored.Schema["Score"]]).Dispose();

        AssertNobodyAsks();
    }

    void AssertNobodyAsks()
    {
        var asked = images.Asked;
        Thread.Sleep(50);
        Assert.AreEqual(asked, images.Asked);
    }

    [TestMethod]
    public void Cursor_RowsAhead_AreBoundedAndTheirImagesGone()
    {
        var all = new List<WeakReference>();
        using var model = images.Model(batchSize: 4);
        var rows = images.Images(images.Rows(int.MaxValue));
        var mapped = images.MLContext.Transforms.CustomMapping<Pictured, Pictured>(
            (row, output) =>
            {
                lock (all)
                    all.Add(new(row.Image));
                output.Image = row.Image;
            },
            null).Fit(rows).Transform(rows);
        var scored = model.Transform(mapped);
        using var cursor = scored.GetRowCursor([scored.Schema["PredictedLabel"]]);
        for (var row = 0; row < 500; row++)
            Assert.IsTrue(cursor.MoveNext());

        WeakReference[] made;
        lock (all)
            made = [.. all];
        GC.Collect();

        Assert.IsInRange(500, 500 + (128 + 8 * 4) * Environment.ProcessorCount, made.Length);
        Assert.IsLessThanOrEqualTo(8 * Environment.ProcessorCount, made.Count(image => image.IsAlive));
    }

    sealed class Pictured
    {
        [Microsoft.ML.Transforms.Image.ImageType(TestImages.Size, TestImages.Size)]
        public MLImage Image { get; set; } = null!;
    }

    /// <summary>Two cursors that both have every row, with the same numbers.</summary>
    sealed class Doubled(IDataView source) : IDataView
    {
        public DataViewSchema Schema => source.Schema;

        public bool CanShuffle => false;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => source.GetRowCursor(columnsNeeded);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [source.GetRowCursor(columnsNeeded), source.GetRowCursor(columnsNeeded)];
    }

    [TestMethod]
    public void Cursor_SourceWhoseBatchNumbersTellNoOrder_IsRefused()
    {
        using var model = images.Model();
        var scored = model.Transform(new Doubled(images.Images(images.Rows(20).ToList())));

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => scored.GetColumn<uint>("PredictedLabel").ToList());

        Assert.Contains("batch numbers that do not tell their order", error.Message);
    }
}
