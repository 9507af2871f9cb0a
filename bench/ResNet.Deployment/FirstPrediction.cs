using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using ResNet.Torch;

namespace ResNet.Deployment;

/// <summary>One prediction in a fresh process; it loads the native libraries that its own way takes, and no other.</summary>
static class FirstPrediction
{
    /// <summary>A way to a prediction.</summary>
    public enum Program
    {
        /// <summary>ML.NET's pipeline, from an image file, with ResNetScorer: libtorch.</summary>
        MLNet,

        /// <summary>ImageClassifier from raw pixels: libtorch.</summary>
        Classifier,

        /// <summary>InferenceSession from raw pixels: ONNX Runtime.</summary>
        Session,
    }

    /// <summary>The class's index or name, and its probability.</summary>
    public static string Of(Program program, string model, string image) => program switch
    {
        Program.MLNet => WithMLNet(model, image),
        Program.Classifier => WithClassifier(model, File.ReadAllBytes(image)),
        _ => WithSession(model, File.ReadAllBytes(image)),
    };

    sealed class ImageFile
    {
        public string ImagePath { get; set; } = "";
    }

    sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }

    static string WithMLNet(string model, string image)
    {
        var mlContext = new MLContext();
        var pipeline = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Image", SavedForms.Size, SavedForms.Size))
            .Append(mlContext.Transforms.ResNetScorer(model));
        using var engine = mlContext.Model.CreatePredictionEngine<ImageFile, Prediction>(pipeline.Fit(mlContext.Data.LoadFromEnumerable<ImageFile>([])));
        return Best(engine.Predict(new() { ImagePath = image }).Score);
    }

    static string WithClassifier(string model, byte[] pixels)
    {
        using var classifier = ImageClassifier.Load(model);
        return Best(classifier.Score(pixels));
    }

    static string WithSession(string model, byte[] pixels)
    {
        using var session = new InferenceSession(model);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, SavedForms.Size, SavedForms.Size, 3]);
        using var run = new RunOptions();
        using var results = session.Run(run, session.InputNames, [input], session.OutputNames);
        return Best(results[0].GetTensorDataAsSpan<float>().ToArray());
    }

    static string Best(float[] scores)
    {
        var best = scores.Index().MaxBy(score => score.Item);
        return FormattableString.Invariant($"class {best.Index} {best.Item:F4}");
    }
}
