using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace ResNet.MLNet;

/// <summary>The parts of ML.NET that a component outside its repository needs and that are not public (ML.NET 5.0).</summary>
internal static class MLNetInternals
{
    /// <summary>The environment that a catalog's components register with.</summary>
    public static IHostEnvironment Environment(TransformsCatalog catalog) => EnvironmentOf(catalog);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_env")]
    static extern ref readonly IHostEnvironment EnvironmentOf(TransformsCatalog catalog);

    /// <summary>A column of a promised schema: <see cref="SchemaShape.Column"/> has no public constructor.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern SchemaShape.Column NewColumn(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations = null);

    /// <summary>The promise that fits a schema exactly.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
    public static extern SchemaShape ShapeOf(SchemaShape? none, DataViewSchema schema);
}
