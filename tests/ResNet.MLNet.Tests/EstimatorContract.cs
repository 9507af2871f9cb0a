using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>What ML.NET asks of every estimator and its transformer that adds a vector of scores.</summary>
static class EstimatorContract
{
    /// <summary>Checks everything that does not need to know what the estimator does.</summary>
    /// <param name="estimator">Its transformer is disposed here.</param>
    /// <param name="data">Rows to train on and to score.</param>
    /// <param name="scoreColumn">The vector that it adds.</param>
    /// <param name="watchForwards">Given the transformer, a count of forward passes since.</param>
    public static void Check<TTransformer>(IEstimator<TTransformer> estimator, IDataView data, string scoreColumn, Func<TTransformer, Func<int>> watchForwards)
        where TTransformer : class, ITransformer, IDisposable
    {
        var promised = estimator.GetOutputSchema(MLNetInternals.ShapeOf(null, data.Schema));
        using var transformer = estimator.Fit(data);
        var forwards = watchForwards(transformer);
        var scored = transformer.Transform(data);

        SchemaPromised_IsSchemaProduced(promised, MLNetInternals.ShapeOf(null, scored.Schema));
        SchemaPromised_IsSchemaProduced(promised, MLNetInternals.ShapeOf(null, transformer.GetOutputSchema(data.Schema)));
        Transform_IsLazy(transformer, scored, scoreColumn, forwards);
        Batches_AgreeWithSingleRows(transformer, data, scored, scoreColumn);
        Rows_KeepTheirOrderAndValues(data, scored);
        Cursors_OfEveryKind_GiveEachRowItsScores(scored, scoreColumn);
        Getters_OfOtherColumnsOrTypes_AreRefused(scored, scoreColumn);
    }

    /// <summary>Forward passes of a transformer's network, from now on.</summary>
    public static Func<int> CountForwards(ResNetClassifierTransformer transformer) => CountForwards(transformer.Classifier);

    /// <inheritdoc cref="CountForwards(ResNetClassifierTransformer)"/>
    public static Func<int> CountForwards(ResNetFeaturizerTransformer transformer) => CountForwards(transformer.Classifier);

    static Func<int> CountForwards(ImageClassifier classifier)
    {
        var before = classifier.ForwardPasses;
        return () => classifier.ForwardPasses - before;
    }

    static void SchemaPromised_IsSchemaProduced(SchemaShape promised, SchemaShape produced)
    {
        static string Describe(SchemaShape.Column column) =>
            $"{column.Name} {column.Kind} {column.ItemType} key:{column.IsKey} [{string.Join(", ", column.Annotations.Select(Describe).Order())}]";

        CollectionAssert.AreEquivalent(promised.Select(Describe).ToList(), produced.Select(Describe).ToList());
    }

    static void Transform_IsLazy(ITransformer transformer, IDataView scored, string scoreColumn, Func<int> forwards)
    {
        Assert.IsTrue(transformer.IsRowToRowMapper);
        var others = scored.Schema.Where(c => c.Name != scoreColumn && !IsNew(transformer, scored, c)).ToList();
        using (var cursor = scored.GetRowCursor(others))
        {
            while (cursor.MoveNext())
            {
            }
        }
        Assert.AreEqual(0, forwards(), "a consumer that asks for no score caused a forward pass");

        _ = Scores(scored, scoreColumn);
        Assert.IsGreaterThan(0, forwards());
        Assert.IsLessThan(RowCount(scored), forwards(), "rows were not scored in batches");
    }

    static bool IsNew(ITransformer transformer, IDataView scored, DataViewSchema.Column column) =>
        transformer.GetOutputSchema(scored.Schema).Count - scored.Schema.Count is var added && column.Index >= scored.Schema.Count - added;

    static int RowCount(IDataView data)
    {
        using var cursor = data.GetRowCursor([]);
        var count = 0;
        while (cursor.MoveNext())
            count++;
        return count;
    }

    static void Batches_AgreeWithSingleRows(ITransformer transformer, IDataView data, IDataView scored, string scoreColumn)
    {
        var batches = Scores(scored, scoreColumn);
        var mapper = transformer.GetRowToRowMapper(data.Schema);
        var score = mapper.OutputSchema[scoreColumn];
        using var cursor = data.GetRowCursor(mapper.GetDependencies([score]));
        using var row = mapper.GetRow(cursor, [score]);
        var get = row.GetGetter<VBuffer<float>>(score);
        VBuffer<float> single = default;
        for (var i = 0; cursor.MoveNext(); i++)
        {
            get(ref single);
            AssertClose(batches[i].Scores, [.. single.DenseValues()]);
        }
    }

    static void Rows_KeepTheirOrderAndValues(IDataView data, IDataView scored)
    {
        var before = data.Preview(maxRows: 100);
        var after = scored.Preview(maxRows: 100);

        Assert.HasCount(before.RowView.Length, after.RowView);
        for (var row = 0; row < before.RowView.Length; row++)
        {
            // the input's columns come first in the output, hidden ones of the same name too
            foreach (var (old, @new) in before.RowView[row].Values.Zip(after.RowView[row].Values).Where(pair => pair.First.Value is not MLImage))
                Assert.AreEqual((old.Key, old.Value.ToString()), (@new.Key, @new.Value.ToString()));
        }
    }

    static void Cursors_OfEveryKind_GiveEachRowItsScores(IDataView scored, string scoreColumn)
    {
        var expected = Scores(scored, scoreColumn).ToDictionary(s => s.Id, s => s.Scores);
        var column = scored.Schema[scoreColumn];

        var ofSet = scored.GetRowCursorSet([column], 3).SelectMany(cursor => Scores(cursor, column)).ToList();
        Assert.HasCount(expected.Count, ofSet);
        foreach (var (id, scores) in ofSet)
            AssertClose(expected[id], scores);

        if (!scored.CanShuffle)
            return;
        var shuffled = Scores(scored.GetRowCursor([column], new Random(5)), column);
        Assert.HasCount(expected.Count, shuffled);
        CollectionAssert.AreNotEqual(expected.Keys.ToList(), shuffled.Select(s => s.Id).ToList());
        foreach (var (id, scores) in shuffled)
            AssertClose(expected[id], scores);
    }

    static void Getters_OfOtherColumnsOrTypes_AreRefused(IDataView scored, string scoreColumn)
    {
        using var cursor = scored.GetRowCursor([scored.Schema[scoreColumn]]);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<double>>(scored.Schema[scoreColumn]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<uint>(scored.Schema.First(c => c.Name != scoreColumn)));
    }

    static List<(DataViewRowId Id, float[] Scores)> Scores(IDataView scored, string column) =>
        Scores(scored.GetRowCursor([scored.Schema[column]]), scored.Schema[column]);

    static List<(DataViewRowId Id, float[] Scores)> Scores(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        using (cursor)
        {
            var rows = new List<(DataViewRowId, float[])>();
            var get = cursor.GetGetter<VBuffer<float>>(column);
            var getId = cursor.GetIdGetter();
            VBuffer<float> scores = default;
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                get(ref scores);
                getId(ref id);
                rows.Add((id, [.. scores.DenseValues()]));
            }
            return rows;
        }
    }

    static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-4);
    }
}
