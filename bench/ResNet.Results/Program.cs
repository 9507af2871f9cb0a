// The rows of docs/results.md: dotnet run -c Release --project bench/ResNet.Results -- NAME

using System.CommandLine;
using System.Diagnostics;
using ResNet.Results;
using ResNet.Results.Data;
using ResNet.Torch;

var fashion = new Option<DirectoryInfo>("--fashion-mnist") { Description = "Folder with Fashion-MNIST's four idx files (.gz).", DefaultValueFactory = _ => new(FashionMnist.DebianFolder) };
var cifar = new Option<DirectoryInfo>("--cifar10") { Description = "Folder with CIFAR-10 as train/CLASS/*.jpg and test/CLASS/*.jpg.", DefaultValueFactory = _ => new("cifar10") };
var weights = new Option<FileInfo>("--weights") { Description = "A PyTorch checkpoint of a CIFAR-10 resnet20, to fine-tune.", DefaultValueFactory = _ => new("cifar-resnet20.th") };
var output = new Option<DirectoryInfo>("--out") { Description = "Where each training's metrics go, as CSV.", DefaultValueFactory = _ => new("bench/results") };
var epochs = new Option<int?>("--epochs") { Description = "Other epochs than the row's." };
var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };

var command = new RootCommand("Trains the rows of docs/results.md.") { fashion, cifar, weights, output, epochs, seed };
foreach (var option in command.Options)
    option.Recursive = true;

Row("fashion-textbook", "Textbook ResNet-18 on Fashion-MNIST, Adam, 2 epochs; ours and a plain loop.", arguments =>
{
    using var training = Fashion(arguments, DataSetPart.Train);
    using var test = Fashion(arguments, DataSetPart.Test);
    var experiment = Of(arguments, "fashion-textbook", ResNetVariant.TextbookResNet18, Stem.Standard, new()
    {
        Epochs = 2,
        BatchSize = 256,
        Optimizer = new() { Kind = OptimizerKind.Adam, LearningRate = 1e-3, ReferenceBatchSize = null, WeightDecay = 0 },
        Schedule = new() { Kind = ScheduleKind.Constant, WarmupFraction = 0 },
        Augmentation = AugmentationOptions.None,
    });
    experiment.Run(training, test, Folder(arguments)).Network.Dispose();
    PlainLoop.Run("fashion-textbook-plain", experiment.Variant, Stem.Standard, training, test, experiment.Options.Epochs, 256, 1e-3, arguments.GetValue(seed));
});

Row("fashion-96", "ResNet-18 on Fashion-MNIST at 96×96, SGD, 5 epochs.", arguments =>
{
    using var training = Fashion(arguments, DataSetPart.Train, size: 96);
    using var test = Fashion(arguments, DataSetPart.Test, size: 96);
    Of(arguments, "fashion-96", ResNetVariant.ResNet18, null, TrainingRecipes.SmallImages with { Epochs = 5 }).Run(training, test, Folder(arguments)).Network.Dispose();
});

Row("fashion-best", "The best on Fashion-MNIST in 30 minutes on two cores.", arguments =>
{
    using var training = Fashion(arguments, DataSetPart.Train);
    using var test = Fashion(arguments, DataSetPart.Test);
    Of(arguments, "fashion-best", Wide(ResNetVariant.ResNet20), null, TrainingRecipes.SmallImages with { Epochs = 17 }).Run(training, test, Folder(arguments)).Network.Dispose();
});

Row("cifar-best", "The best on CIFAR-10's JPEGs in 30 minutes on two cores.", arguments =>
{
    using var training = Cifar(arguments, "train");
    using var test = Cifar(arguments, "test");
    Of(arguments, "cifar-best", Wide(ResNetVariant.ResNet20), null, TrainingRecipes.SmallImages with { Epochs = 12 }).Run(training, test, Folder(arguments)).Network.Dispose();
});

Row("cifar-96", "ResNet-18 on CIFAR-10's JPEGs at 96×96.", arguments =>
{
    using var training = Cifar(arguments, "train", size: 96);
    using var test = Cifar(arguments, "test", size: 96);
    Of(arguments, "cifar-96", ResNetVariant.ResNet18, null, TrainingRecipes.SmallImages with { Epochs = 4, Augmentation = new() { CropPadding = 12 } }).Run(training, test, Folder(arguments)).Network.Dispose();
});

Row("degradation", "Plain and residual networks of 20 and 56 layers, trained alike on 5,000 images of CIFAR-10.", arguments =>
{
    using var training = Cifar(arguments, "train", perClass: 500);
    using var test = Cifar(arguments, "test", perClass: 200);
    foreach (var variant in new[] { ResNetVariant.Plain20, ResNetVariant.Plain56, ResNetVariant.ResNet20, ResNetVariant.ResNet56 })
    {
        var options = TrainingRecipes.He2015Cifar with
        {
            Epochs = 40,
            Schedule = new() { Kind = ScheduleKind.Cosine, WarmupFraction = 0.05 },
            Augmentation = AugmentationOptions.None,
            Validation = new() { EveryEpochs = 40 },
        };
        Of(arguments, $"degradation-{variant}", variant, null, options).Run(training, test, Folder(arguments)).Network.Dispose();
    }
});

Row("fine-tuning", "A resnet20 of CIFAR-10 on 600 images of Fashion-MNIST: from scratch, all of it, frozen stages, the head alone.", arguments =>
{
    using var all = Fashion(arguments, DataSetPart.Train, size: 32, channels: 3);
    using var test = Fashion(arguments, DataSetPart.Test, size: 32, channels: 3);
    using var few = all.Select(Enumerable.Range(0, all.Count).GroupBy(all.Label).SelectMany(ofClass => ofClass.Take(60)).Order());
    var start = new FineTuningOptions { WeightsFile = arguments.GetValue(weights)!.FullName, NewHead = true };
    var tuning = FewImages.Tuning(start);
    var probe = TrainingRecipes.LinearProbe with { FineTuning = start with { HeadOnly = true }, Validation = new() { EveryEpochs = 100 } };
    foreach (var (name, options) in new[]
    {
        ("fine-tuning-scratch", FewImages.Scratch),
        ("fine-tuning-all", tuning),
        ("fine-tuning-frozen-1", tuning with { FineTuning = start with { FrozenStages = 1 } }),
        ("fine-tuning-frozen-2", tuning with { FineTuning = start with { FrozenStages = 2 } }),
        ("fine-tuning-head", probe),
    })
    {
        Of(arguments, name, ResNetVariant.ResNet20, null, options).Run(few, test, Folder(arguments)).Network.Dispose();
    }
});

Row("features", "ML.NET's learners on 1,000 images of Fashion-MNIST: on pixels, and on features of networks of others' and of our own.", arguments =>
{
    using var allPixels = Fashion(arguments, DataSetPart.Train);
    using var testPixels = Fashion(arguments, DataSetPart.Test);
    using var all = Fashion(arguments, DataSetPart.Train, size: 32, channels: 3);
    using var test = Fashion(arguments, DataSetPart.Test, size: 32, channels: 3);
    int[] few = [.. Enumerable.Range(0, all.Count).GroupBy(all.Label).SelectMany(ofClass => ofClass.Take(100)).Order()];
    using var fewPixels = allPixels.Select(few);
    using var training = all.Select(few);
    var (s1, s2, s3) = (FeatureLearners.Stage(1), FeatureLearners.Stage(2), FeatureLearners.Stage(3));
    var learners = new FeatureLearners(fewPixels, testPixels, arguments.GetValue(seed));

    learners.OnPixels();
    for (var size = 32; size <= 64; size *= 2)
    {
        var network = new ResidualNetwork(ResNetVariant.ResNet20, test.Classes);
        network.LoadWeights(arguments.GetValue(weights)!.FullName);
        using var classifier = Classifier(network, ImagePreset.ImageNet(size, size) with { ResizeTo = new(size, size) });
        string[][] choices = size == 32 ? [[s1], [s2], [s3], [s1, s2, s3], [s1, s2, s3, FeatureLearners.Pixels]] : [[s3], [s1, s2, s3]];
        learners.OnFeatures($"CIFAR-10's, {size}×{size}", classifier, choices);
    }
    foreach (var (name, setUp, options) in new[]
    {
        ("features-scratch", "trained on the 1,000, 32×32", FewImages.Scratch),
        ("features-tuned", "CIFAR-10's, tuned on the 1,000, 32×32", FewImages.Tuning(new() { WeightsFile = arguments.GetValue(weights)!.FullName, NewHead = true })),
    })
    {
        var clock = Stopwatch.StartNew();
        var result = Of(arguments, name, ResNetVariant.ResNet20, null, options).Run(training, test, Folder(arguments));
        learners.AddNetwork(setUp, clock.Elapsed.TotalSeconds, result.History[^1].ValidationAccuracy!.Value);
        using var classifier = Classifier(result.Network, test.Preset);
        learners.OnFeatures(setUp, classifier, [s3], [s1, s2, s3]);
    }
    Console.WriteLine(learners.Table);

    ImageClassifier Classifier(ResidualNetwork network, ImagePreset preset) => new(network, preset, [.. Enumerable.Range(0, test.Classes).Select(i => $"{i}")]);
});

TorchRuntime.Load();
return command.Parse(args).Invoke();

void Row(string name, string description, Action<ParseResult> run)
{
    var row = new Command(name, description);
    row.SetAction(run);
    command.Add(row);
}

Experiment Of(ParseResult arguments, string name, ResNetVariant variant, Stem? stem, TrainingOptions options) =>
    new(name, variant, stem, options with { Seed = arguments.GetValue(seed), Epochs = arguments.GetValue(epochs) ?? options.Epochs });

LabelledImages Fashion(ParseResult arguments, DataSetPart part, int size = 28, int channels = 1) => FashionMnist.Load(arguments.GetValue(fashion)!.FullName, part, size, channels);

LabelledImages Cifar(ParseResult arguments, string part, int size = 32, int? perClass = null) => Cifar10.Load(arguments.GetValue(cifar)!.FullName, part, size, perClass);

string Folder(ParseResult arguments) => Directory.CreateDirectory(arguments.GetValue(output)!.FullName).FullName;

// The paper's network with twice the channels (Zagoruyko and Komodakis 2016, arXiv:1605.07146).
static ResNetVariant Wide(ResNetVariant variant) => variant with { Width = 2 * variant.Width };
