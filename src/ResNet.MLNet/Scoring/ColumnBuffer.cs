using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ResNet.MLNet.Scoring;

/// <summary>The values of one passed-through column for the rows that were read ahead.</summary>
internal abstract class ColumnBuffer : IDisposable
{
    /// <summary>Makes room for rows; those that were kept stay.</summary>
    public abstract void Resize(int rows);

    /// <summary>Keeps the source's current value as that of a row; an error in reading it is kept too, for the row's own getter.</summary>
    public abstract void Read(int row);

    /// <summary>A getter of the row that <paramref name="current"/> tells.</summary>
    public abstract Delegate Getter(Func<int> current);

    /// <summary>Frees kept images.</summary>
    public virtual void Dispose()
    {
    }

    public static ColumnBuffer Create(DataViewRow source, DataViewSchema.Column column)
    {
        var raw = column.Type.RawType;
        var kind = raw == typeof(MLImage) ? typeof(Images)
            : raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>) ? typeof(Vectors<>).MakeGenericType(raw.GetGenericArguments())
            : typeof(Scalars<>).MakeGenericType(raw);
        return (ColumnBuffer)Activator.CreateInstance(kind, source, column)!;
    }

    abstract class Typed<T>(DataViewRow source, DataViewSchema.Column column) : ColumnBuffer
    {
        readonly ValueGetter<T> get = source.GetGetter<T>(column);
        ExceptionDispatchInfo?[] faults = [];
        T[] values = [];

        protected T[] Values => values;

        public sealed override void Resize(int rows)
        {
            Array.Resize(ref faults, rows);
            Array.Resize(ref values, rows);
        }

        protected abstract void Keep(ValueGetter<T> source, int row);

        protected abstract void Copy(in T kept, ref T target);

        public sealed override void Read(int row)
        {
            try
            {
                faults[row] = null;
                Keep(get, row);
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                faults[row] = ExceptionDispatchInfo.Capture(e);
            }
        }

        public sealed override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T target) =>
        {
            var row = current();
            faults[row]?.Throw();
            Copy(in Values[row], ref target);
        });
    }

    sealed class Scalars<T>(DataViewRow source, DataViewSchema.Column column) : Typed<T>(source, column)
    {
        protected override void Keep(ValueGetter<T> source, int row) => source(ref Values[row]);

        protected override void Copy(in T kept, ref T target) => target = kept;
    }

    sealed class Vectors<T>(DataViewRow source, DataViewSchema.Column column) : Typed<VBuffer<T>>(source, column)
    {
        protected override void Keep(ValueGetter<VBuffer<T>> source, int row) => source(ref Values[row]);

        protected override void Copy(in VBuffer<T> kept, ref VBuffer<T> target) => kept.CopyTo(ref target);
    }

    /// <summary>An image is valid until its source moves on, so each row keeps a copy, and each getter gives one away.</summary>
    sealed class Images(DataViewRow source, DataViewSchema.Column column) : Typed<MLImage?>(source, column)
    {
        MLImage? ofSource;

        protected override void Keep(ValueGetter<MLImage?> source, int row)
        {
            Values[row]?.Dispose();
            Values[row] = null;
            source(ref ofSource);
            Values[row] = Clone(ofSource);
        }

        protected override void Copy(in MLImage? kept, ref MLImage? target)
        {
            target?.Dispose();
            target = Clone(kept);
        }

        static MLImage? Clone(MLImage? image)
        {
            if (image is null)
                return null;
            var clone = MLImage.CreateFromPixels(image.Width, image.Height, image.PixelFormat, image.Pixels);
            clone.Tag = image.Tag;
            return clone;
        }

        public override void Dispose()
        {
            foreach (var image in Values)
                image?.Dispose();
            base.Dispose();
        }
    }
}
