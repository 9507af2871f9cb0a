using Microsoft.ML;

namespace ResNet.Benchmarks.Sides.Pipelines;

/// <summary>An ML.NET model from paths to classes.</summary>
abstract class FilePipeline : IDisposable
{
    public abstract ITransformer Model { get; }

    /// <summary>The class of each row, as it is scored.</summary>
    /// <param name="scored">What the model made of rows.</param>
    public abstract IEnumerable<int> Classes(IDataView scored);

    public abstract void Dispose();
}
