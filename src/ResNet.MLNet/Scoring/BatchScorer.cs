using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet.Rows;
using ResNet.Torch;

namespace ResNet.MLNet.Scoring;

/// <summary>Gathers the images of some rows, and scores them in one forward pass when the first score is asked for.</summary>
/// <remarks>A bad image does not end the reading ahead: its error is thrown when that row's own score is asked for.</remarks>
internal sealed class BatchScorer(ScoreMapper mapper, DataViewRow source, int capacity)
{
    readonly ImageClassifier classifier = mapper.Transformer.Classifier;
    readonly int classes = mapper.Transformer.Classes.Count;
    readonly RowImageReader reader = new(source, mapper.Transformer.Columns.Image);
    readonly byte[] pixels = new byte[checked(capacity * mapper.Transformer.Classifier.Preset.ImageBytes)];
    readonly InvalidDataException?[] faults = new InvalidDataException?[capacity];
    readonly int[] images = new int[capacity]; // row → its place among the images that are good
    readonly float[] missing = [.. Enumerable.Repeat(float.NaN, mapper.Transformer.Classes.Count)];
    float[]? scores;
    int rows, good;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        (rows, good, scores) = (0, 0, null);
    }

    /// <summary>Reads the image of the source's current row.</summary>
    public void Add()
    {
        var size = classifier.Preset.ImageBytes;
        images[rows] = good;
        if (reader.TryDecode(out var image, out var fault))
            fault = reader.CopyPixels(image, classifier.Preset, pixels.AsSpan(good * size, size));
        if (fault is null)
            good++;
        faults[rows] = fault?.At(source.Position);
        rows++;
    }

    /// <summary>The probabilities of a row; not a number when its image is bad and to be skipped.</summary>
    /// <exception cref="InvalidDataException">The row's image is bad.</exception>
    public ReadOnlySpan<float> Scores(int row)
    {
        if (faults[row] is { } fault)
            return mapper.Transformer.OnBadImage == BadImagePolicy.Skip ? missing : throw new InvalidDataException(fault.Message, fault.InnerException);
        scores ??= classifier.Score(pixels.AsSpan(0, good * classifier.Preset.ImageBytes));
        return scores.AsSpan(images[row] * classes, classes);
    }

    /// <summary>The class of highest probability as a key, from 1; 0 when the row's image is bad and to be skipped.</summary>
    /// <exception cref="InvalidDataException">The row's image is bad.</exception>
    public uint PredictedLabel(int row)
    {
        var ofRow = Scores(row);
        var best = -1;
        for (var i = 0; i < ofRow.Length; i++)
        {
            if (!float.IsNaN(ofRow[i]) && (best < 0 || ofRow[i] > ofRow[best]))
                best = i;
        }
        return (uint)(best + 1);
    }

    /// <summary>A getter of one of the two new columns, for the row that <paramref name="current"/> tells.</summary>
    public Delegate Getter(DataViewSchema.Column column, Func<int> current) => column.Index == mapper.Score.Index
        ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> target) =>
        {
            var editor = VBufferEditor.Create(ref target, classes);
            Scores(current()).CopyTo(editor.Values);
            target = editor.Commit();
        })
        : (ValueGetter<uint>)((ref uint target) => target = PredictedLabel(current()));
}
