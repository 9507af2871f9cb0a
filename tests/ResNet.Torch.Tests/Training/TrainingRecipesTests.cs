namespace ResNet.Torch.Tests.Training;

[TestClass]
public class TrainingRecipesTests
{
    // He et al. 2015, §3.4: batch 256, rate 0.1 divided by 10, weight decay 0.0001 on all, momentum 0.9, scale and flip augmentation.
    // 90 epochs and a step of 30: torchvision's references/classification/train.py and its defaults.
    [TestMethod]
    public void He2015_Figures_AreThePapers()
    {
        var recipe = TrainingRecipes.He2015;

        Assert.AreEqual((90, 256), (recipe.Epochs, recipe.BatchSize));
        Assert.AreEqual((OptimizerKind.Sgd, 0.9, false, 1e-4, true), (recipe.Optimizer.Kind, recipe.Optimizer.Momentum, recipe.Optimizer.Nesterov, recipe.Optimizer.WeightDecay, recipe.Optimizer.DecaysNormsAndBiases));
        RequireRates(recipe, 5005, (0, 0.1), (29, 0.1), (30, 0.01), (60, 0.001), (89, 0.001));
        Assert.AreEqual(new() { RandomResizedCrop = new() }, recipe.Augmentation);
        Assert.AreEqual(0.5, recipe.Augmentation.HorizontalFlip);
        Assert.AreEqual(new(), recipe.Regularization);
    }

    // §4.2: batch 128, rate 0.1 divided by 10 after 32,000 and 48,000 of 64,000 steps, 4 pixels of padding, random crop and flip.
    [TestMethod]
    public void He2015Cifar_Figures_AreThePapers()
    {
        var recipe = TrainingRecipes.He2015Cifar;
        const int stepsPerEpoch = 391; // 50,000 images in batches of 128

        Assert.AreEqual(128, recipe.BatchSize);
        Assert.AreEqual(64_000, recipe.Epochs * stepsPerEpoch, stepsPerEpoch);
        Assert.AreEqual((OptimizerKind.Sgd, 0.9, false, 1e-4, true), (recipe.Optimizer.Kind, recipe.Optimizer.Momentum, recipe.Optimizer.Nesterov, recipe.Optimizer.WeightDecay, recipe.Optimizer.DecaysNormsAndBiases));
        Assert.AreSequenceEqual([32_000.0, 48_000.0], recipe.Schedule.Milestones.Select(epoch => Math.Round(epoch * stepsPerEpoch / 1000) * 1000));
        RequireRates(recipe, stepsPerEpoch, (0, 0.1), (81, 0.1), (82, 0.01), (123, 0.001), (163, 0.001));
        Assert.AreEqual(new() { CropPadding = 4 }, recipe.Augmentation);
        Assert.AreEqual(0.5, recipe.Augmentation.HorizontalFlip);
    }

    // The command line of ResNet50_Weights.IMAGENET1K_V2: --batch-size 128 on 8 devices --lr 0.5 --lr-scheduler cosineannealinglr --lr-warmup-epochs 5
    // --lr-warmup-method linear --auto-augment ta_wide --epochs 600 --random-erase 0.1 --weight-decay 0.00002 --norm-weight-decay 0.0
    // --label-smoothing 0.1 --mixup-alpha 0.2 --cutmix-alpha 1.0 --model-ema; by default --lr-warmup-decay 0.01 --model-ema-steps 32 --model-ema-decay 0.99998.
    [TestMethod]
    public void Torchvision_Figures_AreThoseOfItsCommandLine()
    {
        var recipe = TrainingRecipes.Torchvision;

        Assert.AreEqual((600, 8 * 128), (recipe.Epochs, recipe.BatchSize));
        Assert.AreEqual((OptimizerKind.Sgd, 0.9, false, 2e-5, false), (recipe.Optimizer.Kind, recipe.Optimizer.Momentum, recipe.Optimizer.Nesterov, recipe.Optimizer.WeightDecay, recipe.Optimizer.DecaysNormsAndBiases));
        // Epoch 302.5 is half of the 595 after the warm-up; LinearLR starts at a hundredth.
        RequireRates(recipe, 1252, (0, 0.005), (2.5, 0.2525), (5, 0.5), (302.5, 0.25));
        Assert.AreEqual(new() { RandomResizedCrop = new(), AutoAugment = AutoAugmentPolicy.TrivialAugmentWide, RandomErasing = 0.1, MixupAlpha = 0.2, CutMixAlpha = 1 }, recipe.Augmentation);
        Assert.AreEqual((0.1, 32), (recipe.Regularization.LabelSmoothing, recipe.Regularization.WeightAverageSteps));
        // train.py: adjust = batch · steps / epochs; alpha = (1 − decay) · adjust, 0.0010922667; the average keeps 1 − alpha.
        Assert.AreEqual(0.9989077333, recipe.Regularization.WeightAverageDecay!.Value, 1e-10);
    }

    [TestMethod]
    public void SmallImages_Figures_AreThoseOfItsDescription()
    {
        var recipe = TrainingRecipes.SmallImages;

        Assert.AreEqual((15, 128), (recipe.Epochs, recipe.BatchSize));
        RequireRates(recipe, 100, (0, 0.002), (3, 0.2), (9, 0.1)); // a fifth of the epochs up, then along a line: half of the other 12 is left at epoch 9
        Assert.AreEqual(new() { CropPadding = 4 }, recipe.Augmentation);
        Assert.AreEqual(0.1, recipe.Regularization.LabelSmoothing);
    }

    [TestMethod]
    public void All_EachRecipe_LacksOnlyTheWeightsToStartFrom()
    {
        foreach (var (name, recipe) in TrainingRecipes.All)
        {
            string[] expected = name is "fine-tuning" or "linear-probe" ? ["FineTuning.WeightsFile or From must say which weights to start from (both were null)"] : [];
            Assert.AreSequenceEqual(expected, recipe.Faults(), name);
            if (recipe.FineTuning is { } tuning)
                Assert.IsEmpty((recipe with { FineTuning = tuning with { WeightsFile = "weights.pth" } }).Faults().ToList(), name);
        }
        Assert.IsTrue(TrainingRecipes.LinearProbe.FineTuning!.HeadOnly);
        Assert.IsFalse(TrainingRecipes.FineTuning.FineTuning!.HeadOnly);
    }

    [TestMethod]
    [DataRow("he2015", 90)]
    [DataRow("He2015-CIFAR", 164)]
    [DataRow("torchvision", 600)]
    [DataRow("small-images", 15)]
    [DataRow("FINE-TUNING", 10)]
    [DataRow("linear-probe", 100)]
    public void Find_NameInAnyCase_IsTheRecipe(string name, int epochs) => Assert.AreEqual(epochs, TrainingRecipes.Find(name).Epochs);

    [TestMethod]
    public void Find_UnknownName_ListsAll()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => TrainingRecipes.Find("resnet-rs"));

        Assert.Contains("There is no recipe named 'resnet-rs'. There are: he2015, he2015-cifar, torchvision, small-images, fine-tuning, linear-probe.", error.Message);
    }

    static void RequireRates(TrainingOptions recipe, int stepsPerEpoch, params (double Epoch, double Rate)[] expected)
    {
        var schedule = new Torch.Training.LearningRateSchedule(recipe.Schedule, recipe.Optimizer.RateAt(recipe.BatchSize), stepsPerEpoch, recipe.Epochs);
        foreach (var (epoch, rate) in expected)
            Assert.AreEqual(rate, schedule.At((long)(epoch * stepsPerEpoch)), 1e-9, $"epoch {epoch}");
    }
}
