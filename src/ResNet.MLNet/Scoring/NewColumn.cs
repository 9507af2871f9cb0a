using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>What a network gave for the image of the current row; not numbers when that is bad and to be skipped.</summary>
/// <exception cref="InvalidDataException">The row's image is bad.</exception>
internal delegate ReadOnlySpan<float> RowFigures();

/// <summary>A column that is made of a network's figures.</summary>
/// <param name="Column">Its name, type and annotations.</param>
/// <param name="Getter">Makes its getter; null for the column that says why there are no figures.</param>
internal sealed record NewColumn(DataViewSchema.DetachedColumn Column, Func<RowFigures, Delegate>? Getter)
{
    /// <summary>Why there are no figures, as text: empty where there are.</summary>
    public static NewColumn Fault(string name) => new(new(name, TextDataViewType.Instance, null), Getter: null);

    /// <summary>The figures themselves.</summary>
    public static NewColumn Vector(string name, int length, DataViewSchema.Annotations? annotations = null) => new(
        new(name, new VectorDataViewType(NumberDataViewType.Single, length), annotations),
        figures => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> target) =>
        {
            var values = figures();
            var editor = VBufferEditor.Create(ref target, values.Length);
            values.CopyTo(editor.Values);
            target = editor.Commit();
        }));

    /// <summary>Which figure is the largest, as a key: from 1; 0 where none is a number.</summary>
    public static NewColumn KeyOfLargest(string name, int count, DataViewSchema.Annotations annotations) => new(
        new(name, new KeyDataViewType(typeof(uint), count), annotations),
        figures => (ValueGetter<uint>)((ref uint target) => target = KeyOfLargest(figures())));

    static uint KeyOfLargest(ReadOnlySpan<float> figures)
    {
        var best = -1;
        for (var i = 0; i < figures.Length; i++)
        {
            if (!float.IsNaN(figures[i]) && (best < 0 || figures[i] > figures[best]))
                best = i;
        }
        return (uint)(best + 1);
    }
}
