using Microsoft.ML;
using ResNet.MLNet;
using ResNet.Torch;

namespace Samples;

/// <summary>Something to start from where no weights are at hand.</summary>
public static class TrainedNetwork
{
    /// <summary>Trains a ResNet-18 to tell six forms apart that <see cref="Shapes.Draw(int)"/> does not draw, at 64×64 pixels.</summary>
    /// <returns>The network, which the caller disposes.</returns>
    public static ImageClassifier OfOtherShapes(int imagesPerClass = 100, int epochs = 10)
    {
        Console.WriteLine($"training a network on {6 * imagesPerClass} images of other shapes");
        var mlContext = new MLContext(seed: 1);
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath"))
            .Append(mlContext.Transforms.ResizeImages("Image", imageWidth: 64, imageHeight: 64))
            .Append(mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions { Training = new() { Epochs = epochs, Augmentation = new() { CropPadding = 4 } } }))
            .Fit(mlContext.Data.LoadImageFolder(Shapes.DrawOthers(imagesPerClass)));
        return model.LastTransformer.Classifier;
    }
}
