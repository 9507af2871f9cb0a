using Microsoft.ML.Data;
using ResNet.Torch.Inference.Feeding;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Scoring;

/// <summary>What a cursor over rows that are read ahead promises: numbers, bounds, errors at their rows.</summary>
[TestClass]
public sealed class BatchCursorTests : FormsOfImages
{
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
}
