using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>A data view with the new columns, computed while it is read.</summary>
internal sealed class ScoredDataView(ScoreMapper mapper, IDataView source) : IDataView
{
    public DataViewSchema Schema => mapper.OutputSchema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return active.All(column => mapper.Source(column) is not null)
            ? new PassThroughCursor(mapper, source.GetRowCursor(mapper.GetDependencies(active), rand), active)
            : new BatchCursor(mapper, Feed(active, rand), active);
    }

    /// <summary>One cursor: it decodes and scores on every core by itself.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    IRowFeed Feed(DataViewSchema.Column[] active, Random? rand)
    {
        var scorer = mapper.Scorer;
        var batchSize = ScoringBatch.Size(scorer.Classifier.Preset, scorer.Options.ScoringBatchSize, source.GetRowCount());
        var needed = mapper.GetDependencies(active);
        var cursors = rand is null && IsWorthDividing(active) ? source.GetRowCursorSet(needed, Environment.ProcessorCount) : [source.GetRowCursor(needed, rand)];
        var plan = cursors.Length == 1 ? CallersFeed.Plan(batchSize) : DividedFeed.Plan(batchSize);
        var readers = Array.ConvertAll(cursors, cursor => new RowReader(mapper, cursor, active, plan));
        return readers is [var only] ? new CallersFeed(only) : new DividedFeed(readers, plan);
    }

    /// <summary>
    /// Whether the pipeline makes the images, of more rows than a run has. Images that the consumer asks for too are kept as they are, so they should not be many; those that are in memory
    /// the source does not divide.
    /// </summary>
    bool IsWorthDividing(DataViewSchema.Column[] active) =>
        Environment.ProcessorCount > 1 && source.GetRowCount() is not <= DividedFeed.RunLength &&
        mapper.InputSchema[mapper.Scorer.Options.ImageColumnName].Type is ImageDataViewType && !active.Any(column => mapper.Source(column)?.Type is ImageDataViewType);
}
