using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using ResNet.Torch;
using static TorchSharp.torch;

namespace ResNet.MLNet.Tests.Saving;

/// <summary>A form that a small classifier is saved in.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Save">Writes it.</param>
/// <param name="Score">Reads it, and scores an image that is always the same.</param>
sealed record SavedForm(string File, Action<ImageClassifier, string> Save, Func<string, float[]> Score)
{
    static readonly byte[] pixels = new byte[TestImages.Size * TestImages.Size * 3];

    static SavedForm() => new Random(1).NextBytes(pixels);

    public static IReadOnlyList<SavedForm> All { get; } =
    [
        new("network.zip", SaveZip, ScoreZip),
        new("network.safetensors", (classifier, path) => classifier.Save(path), ScoreSafeTensors),
        new("network.onnx", (classifier, path) => classifier.ExportOnnx(path, new() { Input = ExportInput.InterleavedBytes }), ScoreOnnx),
        new("network.pt", (classifier, path) => classifier.ExportTorchScript(path), ScoreTorchScript),
    ];

    public static ImageClassifier Classifier(int seed, ResNetVariant? variant = null) =>
        new(ResidualNetwork.Seeded(seed, variant ?? ResNetVariant.ResNet20, TestImages.Classes.Length), ImagePreset.ImageNet(TestImages.Size, TestImages.Size), TestImages.Classes);

    static void SaveZip(ImageClassifier classifier, string path)
    {
        var mlContext = new MLContext();
        using var model = mlContext.Transforms.ResNetScorer(classifier).Fit(TestImages.Rows(mlContext, 1));
        mlContext.Model.SaveAtomically(model, null, path);
    }

    static float[] ScoreZip(string path)
    {
        var mlContext = new MLContext();
        var model = mlContext.Model.Load(path, out _);
        using var owned = (IDisposable)model;
        return model.Transform(TestImages.Rows(mlContext, 1)).GetColumn<float[]>("Score").Single();
    }

    static float[] ScoreSafeTensors(string path)
    {
        using var classifier = ImageClassifier.Load(path);
        return classifier.Score(pixels);
    }

    static float[] ScoreOnnx(string path)
    {
        using var session = new InferenceSession(path);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, TestImages.Size, TestImages.Size, 3]);
        using var run = new RunOptions();
        using var results = session.Run(run, session.InputNames, [input], session.OutputNames);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    static float[] ScoreTorchScript(string path)
    {
        using var scope = NewDisposeScope();
        using var module = jit.load<Tensor, Tensor>(path);
        return module.call(tensor(pixels).reshape(1, 3, TestImages.Size, TestImages.Size).to(ScalarType.Float32).div(255)).data<float>().ToArray();
    }
}
