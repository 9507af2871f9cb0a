using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Rows;
using ResNet.Torch;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.MLNet.Scoring;

/// <summary>One row, scored by itself on the caller's thread and libtorch's own: what a prediction engine reads.</summary>
internal sealed class ScoredRow : DataViewRow
{
    readonly ScoreMapper mapper;
    readonly DataViewRow input;
    readonly HashSet<int> active;
    readonly ImagePreset preset;
    readonly RowImages? images;
    readonly ScoreImages? score;
    readonly ScoreGetters getters;
    ScoredImages<ImageFault>? scored;
    long scoredPosition = -1;

    public ScoredRow(ScoreMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var scorer = mapper.Scorer;
        (this.mapper, this.input, preset) = (mapper, input, scorer.Classifier.Preset);
        DataViewSchema.Column[] columns = [.. activeColumns];
        active = [.. columns.Select(column => column.Index)];
        if (columns.Any(column => mapper.Source(column) is null))
            images = RowImages.Of(input, scorer.Options);
        score = mapper.AsksForFigures(columns) ? scorer.Score : null;
        getters = new(scorer, () => new(Current(), 0, input.Position));
    }

    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw Getters.Inactive(column);
        return mapper.Source(column) is { } source
            ? input.GetGetter<TValue>(source)
            : Getters.Typed<TValue>(getters.Getter(mapper.New(column)), column);
    }

    /// <summary>Reads the image once for each row, however many getters ask.</summary>
    ScoredImages<ImageFault> Current()
    {
        if (scored is null || scoredPosition != input.Position)
        {
            scored = ScoredImages<ImageFault>.Of(1, preset, (_, target) => images!.Read(preset, target), score);
            scoredPosition = input.Position;
        }
        return scored;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
