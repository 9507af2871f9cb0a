using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using ResNet.Torch;

namespace ResNet.MLNet;

/// <summary>The parts of ML.NET that a component outside its repository needs and that are not public (ML.NET 5.0).</summary>
internal static class MLNetInternals
{
    /// <summary>The environment that a catalog's components register with.</summary>
    public static IHostEnvironment Environment(TransformsCatalog catalog) => EnvironmentOf(catalog);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_env")]
    static extern ref readonly IHostEnvironment EnvironmentOf(TransformsCatalog catalog);

    /// <summary>The environment that a catalog's data operations log to and draw from.</summary>
    public static IHostEnvironment Environment(DataOperationsCatalog catalog) => EnvironmentOf(catalog);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_env")]
    static extern ref readonly IHostEnvironment EnvironmentOf(DataOperationsCatalog catalog);

    /// <summary>Where a context has networks run: on the GPU that it names, or else wherever it is fastest.</summary>
    public static ComputeDevice Device(IHostEnvironment environment) =>
        GpuDeviceId(environment) is { } id ? ComputeDevice.Gpu(id, FallbackToCpu(environment)) : ComputeDevice.Auto;

    /// <inheritdoc cref="Device(IHostEnvironment)"/>
    public static ComputeDevice Device(TransformsCatalog catalog) => Device(Environment(catalog));

    const string Internal = "Microsoft.ML.Runtime.IHostEnvironmentInternal, Microsoft.ML.Core";

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_GpuDeviceId")]
    static extern int? GpuDeviceId([UnsafeAccessorType(Internal)] object environment);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_FallbackToCpu")]
    static extern bool FallbackToCpu([UnsafeAccessorType(Internal)] object environment);

    /// <summary>What <c>TrainTestSplit</c> returns.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern DataOperationsCatalog.TrainTestData NewTrainTestData(IDataView trainSet, IDataView testSet);

    /// <summary>The environment that a catalog's trainers register with.</summary>
    public static IHostEnvironment Environment(TrainCatalogBase.CatalogInstantiatorBase trainers) => EnvironmentOf(OwnerOf(trainers));

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Owner")]
    static extern TrainCatalogBase OwnerOf(TrainCatalogBase.CatalogInstantiatorBase trainers);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Environment")]
    static extern IHostEnvironment EnvironmentOf(TrainCatalogBase catalog);

    /// <summary>What a trainer says of itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern TrainerInfo NewTrainerInfo(
        bool normalization, bool calibration, bool caching, bool supportValid, bool supportIncrementalTrain, bool supportTest);

    /// <summary>A column of a promised schema: <see cref="SchemaShape.Column"/> has no public constructor.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern SchemaShape.Column NewColumn(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations = null);

    /// <summary>A maximum-entropy classifier of given weights, which ML.NET otherwise only trains.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern MaximumEntropyModelParameters NewMaximumEntropy(
        IHostEnvironment environment, VBuffer<float>[] weights, float[] bias, int numClasses, int numFeatures, string[]? labelNames, ModelStatisticsBase? stats);

    /// <summary>What a trainer returns for a multiclass model: softmax, predicted label and their annotations.</summary>
    public static class MulticlassPrediction<TModel> where TModel : class
    {
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
        public static extern MulticlassPredictionTransformer<TModel> New(
            IHostEnvironment environment, TModel model, DataViewSchema inputSchema, string featureColumn, string labelColumn, string scoreColumn, string predictedLabel);
    }

    /// <summary>The promise that fits a schema exactly.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
    public static extern SchemaShape ShapeOf(SchemaShape? none, DataViewSchema schema);
}
