using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Columns;

/// <summary>The classes of a label column: how many there are, and the values that its keys stand for, in their own type.</summary>
internal abstract class ClassLabels(int count)
{
    /// <summary>Number of classes.</summary>
    public int Count { get; } = count;

    /// <summary>The name of each class: its value as text, or its number from 0 where the keys stand for no values.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Adds the values, in their own type, as an annotation.</summary>
    public abstract void AddValues(DataViewSchema.Annotations.Builder annotations, string name);

    /// <summary>Adds the values as text; nothing when there are none.</summary>
    public abstract void AddNames(DataViewSchema.Annotations.Builder annotations, string name);

    /// <summary>Reads the classes of a key column.</summary>
    public static ClassLabels Of(DataViewSchema.Column label)
    {
        var count = checked((int)((KeyDataViewType)label.Type).Count);
        return label.Annotations.Schema.GetColumnOrNull(AnnotationNames.KeyValues) is { Type: VectorDataViewType type } values && type.Size == count
            ? (ClassLabels)typeof(ClassLabels).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type.ItemType.RawType).Invoke(null, [label.Annotations, values, type])!
            : new Unnamed(count);
    }

    /// <summary>Classes that are known by their names alone: the values are text.</summary>
    public static ClassLabels Of(IReadOnlyList<string> names) =>
        new Named<ReadOnlyMemory<char>>([.. names.Select(name => name.AsMemory())], new VectorDataViewType(TextDataViewType.Instance, names.Count));

    static Named<T> Read<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column column, VectorDataViewType type)
    {
        VBuffer<T> values = default;
        annotations.GetGetter<VBuffer<T>>(column)(ref values);
        return new Named<T>([.. values.DenseValues()], type);
    }

    sealed class Named<T>(T[] values, VectorDataViewType type) : ClassLabels(values.Length)
    {
        public override IReadOnlyList<string> Names { get; } = [.. values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];

        public override void AddValues(DataViewSchema.Annotations.Builder annotations, string name) =>
            Add(annotations, name, type, values);

        public override void AddNames(DataViewSchema.Annotations.Builder annotations, string name) =>
            Add(annotations, name, new VectorDataViewType(TextDataViewType.Instance, Count), [.. Names.Select(text => text.AsMemory())]);

        static void Add<TItem>(DataViewSchema.Annotations.Builder annotations, string name, VectorDataViewType type, TItem[] items)
        {
            var buffer = new VBuffer<TItem>(items.Length, items);
            annotations.Add(name, type, (ref VBuffer<TItem> target) => buffer.CopyTo(ref target));
        }
    }

    sealed class Unnamed(int count) : ClassLabels(count)
    {
        public override IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

        public override void AddValues(DataViewSchema.Annotations.Builder annotations, string name)
        {
        }

        public override void AddNames(DataViewSchema.Annotations.Builder annotations, string name)
        {
        }
    }
}
