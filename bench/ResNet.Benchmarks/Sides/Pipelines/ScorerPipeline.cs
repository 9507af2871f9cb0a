using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides.Pipelines;

/// <summary>This library's: a classifier, and the transformer that uses it.</summary>
sealed class ScorerPipeline : FilePipeline
{
    readonly ImageClassifier classifier;
    readonly ResNetClassifierTransformer model;

    public ScorerPipeline(SideSettings settings)
    {
        var mlContext = new MLContext();
        classifier = Classifiers.Seeded(settings);
        model = mlContext.Transforms.ResNetScorer(classifier, imageColumnName: nameof(ImageFile.ImagePath)).Fit(mlContext.Data.LoadFromEnumerable<ImageFile>([]));
    }

    public override ITransformer Model => model;

    public override IEnumerable<int> Classes(IDataView scored) => scored.GetColumn<uint>("PredictedLabel").Select(key => (int)key - 1);

    public override void Dispose()
    {
        model.Dispose();
        classifier.Dispose();
    }
}
