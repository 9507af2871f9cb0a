using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using ResNet.Torch;

namespace ResNet.MLNet.Tests;

/// <summary>The estimator as one of ML.NET's trainers.</summary>
[TestClass]
public class TrainerTests
{
    readonly MLContext mlContext = new(seed: 1);

    static ResNetClassifierOptions Options => TestImages.Options with { Variant = ResNetVariant.ResNet20 };

    [TestMethod]
    public void Trainer_AmongMlNetsOwn_IsFittedAsTheyAre()
    {
        var trainers = mlContext.MulticlassClassification.Trainers;
        var listed = new List<ITrainerEstimator<ISingleFeaturePredictionTransformer<object>, object>> { trainers.SdcaMaximumEntropy(featureColumnName: "Pixels"), trainers.ResNet(Options) };
        var rows = TestImages.Rows(mlContext, 12, data => mlContext.Transforms.ExtractPixels("Pixels", "Image").Fit(data).Transform(data));

        foreach (var trainer in listed)
        {
            var model = trainer.Fit(rows);
            using var disposable = model as IDisposable;
            Assert.IsInRange(0.0, 1.0, mlContext.MulticlassClassification.Evaluate(model.Transform(rows)).MicroAccuracy);
        }
    }

    [TestMethod]
    public void Trainer_Info_AsksForNeitherNormalizationNorCache()
    {
        var info = mlContext.MulticlassClassification.Trainers.ResNet(variant: ResNetVariant.ResNet20).Info;

        Assert.IsFalse(info.NeedNormalization);
        Assert.IsFalse(info.WantCaching);
    }

    [TestMethod]
    public void Trainer_Transformer_TellsItsModelAndColumn()
    {
        var rows = TestImages.Rows(mlContext, 6, data => mlContext.Transforms.CopyColumns("Photo", "Image").Fit(data).Transform(data));
        using var model = mlContext.MulticlassClassification.Trainers.ResNet(Options with { ImageColumnName = "Photo" }).Fit(rows);

        foreach (var told in new List<ISingleFeaturePredictionTransformer<ImageClassifier>> { model })
        {
            Assert.AreSame(model.Classifier, told.Model);
            Assert.AreEqual("Photo", told.FeatureColumnName);
            Assert.AreEqual(rows.Schema["Photo"].Type, told.FeatureColumnType);
        }
    }

    [TestMethod]
    public void Trainer_AndTransform_GiveTheSameScores()
    {
        float[] Scores(Func<MLContext, ResNetClassifierEstimator> create)
        {
            var context = new MLContext(seed: 7);
            var rows = TestImages.Rows(context, 12);
            using var model = create(context).Fit(rows);
            return [.. model.Transform(rows).GetColumn<float[]>("Score").SelectMany(scores => scores)];
        }
        var options = Options with { Training = TestImages.Brief with { Seed = null } }; // drawn from the context that the catalog belongs to

        CollectionAssert.AreEqual(Scores(context => context.Transforms.ResNetClassifier(options)), Scores(context => context.MulticlassClassification.Trainers.ResNet(options)));
    }

    [TestMethod]
    public void Trainer_InAPipeline_CrossValidates()
    {
        using var folder = TestImages.Files(perClass: 4);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
            .Append(mlContext.Transforms.ResizeImages("Image", TestImages.Size, TestImages.Size)).Append(mlContext.MulticlassClassification.Trainers.ResNet(Options));

        var results = mlContext.MulticlassClassification.CrossValidate(mlContext.Data.LoadImageFolder(folder.Path), pipeline, numberOfFolds: 2);

        Assert.HasCount(2, results);
        foreach (var result in results)
        {
            Assert.IsInRange(0.0, 1.0, result.Metrics.MicroAccuracy);
            Assert.IsInstanceOfType<IPredictionTransformer<ImageClassifier>>(((TransformerChain<ResNetClassifierTransformer>)result.Model).LastTransformer);
            ((IDisposable)result.Model).Dispose();
        }
    }

    [TestMethod]
    public void Trainer_OptionsOutOfRange_AreToldAtOnce()
    {
        Assert.Contains("Channels must be 3 (RGB) or 1 (grey) (was 2)", Assert.ThrowsExactly<ArgumentException>(() => mlContext.MulticlassClassification.Trainers.ResNet(new ResNetClassifierOptions { Channels = 2 })).Message);
        Assert.ThrowsExactly<ArgumentNullException>(() => mlContext.MulticlassClassification.Trainers.ResNet(null!));
    }
}
