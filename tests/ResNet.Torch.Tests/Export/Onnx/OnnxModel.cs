using Microsoft.ML.OnnxRuntime;

namespace ResNet.Torch.Tests.Export.Onnx;

/// <summary>An exported file in ONNX Runtime, on one thread.</summary>
sealed class OnnxModel : IDisposable
{
    readonly InferenceSession session;

    public OnnxModel(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new(path, options);
    }

    public ModelMetadata Metadata => session.ModelMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    /// <summary>Every output, by its name, for the one input.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> Run<T>(T[] values, params long[] shape) where T : unmanaged
    {
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var run = new RunOptions();
        using var results = session.Run(run, session.InputNames, [input], session.OutputNames);
        return session.OutputNames.Zip(results).ToDictionary(
            pair => pair.First,
            pair => (pair.Second.GetTensorTypeAndShape().Shape, pair.Second.GetTensorDataAsSpan<float>().ToArray()));
    }

    public void Dispose() => session.Dispose();
}
