using Microsoft.ML;

namespace ResNet.MLNet.Scoring;

internal static class Getters
{
    /// <summary>Gives a getter the type that the consumer asks for.</summary>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public static ValueGetter<T> Typed<T>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<T>
        ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type} (raw type {column.Type.RawType}); a getter of {typeof(T)} was asked for.");

    public static InvalidOperationException Inactive(DataViewSchema.Column column) =>
        new($"Column '{column.Name}' was not among the columns that the cursor was asked for.");
}
