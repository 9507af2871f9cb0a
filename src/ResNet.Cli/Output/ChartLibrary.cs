using System.Reflection;
using System.Runtime.Loader;
using ResNet.Torch;

namespace ResNet.Cli.Output;

/// <summary>ResNet.Cli.Charts, which lies in a folder of its own beside the tool and draws with ScottPlot.</summary>
/// <remarks>A load context of its own: ScottPlot needs SkiaSharp 3, the images of ML.NET need SkiaSharp 2, and a context holds one.</remarks>
sealed class ChartLibrary : AssemblyLoadContext
{
    const string Library = "ResNet.Cli.Charts";

    static readonly string path = Path.Combine(AppContext.BaseDirectory, "charts", $"{Library}.dll");
    static readonly Lazy<Action<double[], double[], double[], double?, Stream>> save = new(() =>
        new ChartLibrary().LoadFromAssemblyPath(path).GetType($"{Library}.LearningRateChart", throwOnError: true)!
            .GetMethod("Save")!.CreateDelegate<Action<double[], double[], double[], double?, Stream>>());

    readonly AssemblyDependencyResolver resolver = new(path);

    ChartLibrary() : base(Library)
    {
    }

    /// <summary>Draws a learning-rate curve.</summary>
    /// <param name="curve">The curve; it has a point.</param>
    /// <param name="png">Takes a PNG file.</param>
    public static void Save(LearningRateCurve curve, Stream png)
    {
        double[] Of(Func<LearningRatePoint, double> figure) => [.. curve.Points.Select(figure)];
        save.Value(Of(point => point.LearningRate), Of(point => point.Loss), Of(point => point.SmoothedLoss), curve.Suggestion, png);
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } found ? LoadUnmanagedDllFromPath(found) : 0;
}
