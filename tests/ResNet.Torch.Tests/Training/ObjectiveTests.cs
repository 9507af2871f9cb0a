using System.Text.Json;
using ResNet.Torch.Training;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class ObjectiveTests
{
    static readonly JsonElement reference = ReferenceFile.Read("losses.json");

    static LabelledImages Labelled(int classes, params int[] labels)
    {
        var images = new LabelledImages(ImagePreset.ImageNet(1, 1, 1), classes);
        foreach (var label in labels)
            images.Add([0], label);
        return images;
    }

    static (double Loss, float[] Gradient) Measured(RegularizationOptions options, LabelledImages images, float[] logits, long[] labels, float? share = null)
    {
        using var scope = NewDisposeScope();
        using var objective = new Objective(options, images);
        var z = tensor(logits, [labels.Length, images.Classes], requires_grad: true);
        var loss = objective.Of(z, new(z, tensor(labels), share));
        loss.backward();
        return (loss.item<float>(), z.grad!.data<float>().ToArray());
    }

    // Mixed batches with class weights are not in it: PyTorch divides those by the number of images, ours each part by its labels' weights, as unmixed ones.
    [TestMethod]
    [DataRow("plain", 0.0, false, false)]
    [DataRow("label_smoothing", 0.1, false, false)]
    [DataRow("class_weights", 0.0, true, false)]
    [DataRow("class_weights_label_smoothing", 0.1, true, false)]
    [DataRow("mixup", 0.0, false, true)]
    [DataRow("mixup_label_smoothing", 0.1, false, true)]
    public void Of_Batch_IsPyTorchsCrossEntropy(string name, double smoothing, bool hasWeights, bool isMixed)
    {
        using var images = Labelled(5);
        var options = new RegularizationOptions
        {
            LabelSmoothing = smoothing,
            ClassWeights = hasWeights ? [.. reference.GetProperty("class_weights").EnumerateArray().Select(w => w.GetDouble())] : null,
        };
        var labels = reference.GetProperty("labels").EnumerateArray().Select(x => x.GetInt64()).ToArray();

        var (loss, gradient) = Measured(options, images, reference.Floats("logits"), labels, isMixed ? 0.3f : null);

        var expected = reference.GetProperty("losses").GetProperty(name);
        Assert.AreEqual(expected.GetProperty("mean").GetDouble(), loss, 1e-6);
        Assert.IsLessThan(1e-6, ReferenceFile.RelativeError(expected.Floats("gradient_mean"), gradient));
    }

    [TestMethod]
    public void Of_BalancedClasses_WeightsByImagesOverClassesTimesImagesOfTheClass()
    {
        // 4, 2, 2 and 0 of 8 images: weights 8/(4·4) = 0.5, 8/(4·2) = 1, 1, and none.
        using var images = Labelled(4, 0, 0, 0, 0, 1, 1, 2, 2);

        // Probabilities 3/6 of class 0 and 1/4 of class 1: (0.5·ln 2 + 1·ln 4) / 1.5.
        var (loss, _) = Measured(new() { ClassWeighting = ClassWeighting.Balanced }, images, [MathF.Log(3), 0, 0, 0, 0, 0, 0, 0], [0, 1]);

        Assert.AreEqual(2.5 / 1.5 * Math.Log(2), loss, 1e-6);
    }

    [TestMethod]
    public void Create_WeightsForOtherClasses_NamesBothNumbers()
    {
        using var images = Labelled(3);

        var error = Assert.ThrowsExactly<ArgumentException>(() => new Objective(new() { ClassWeights = [1, 2] }, images));

        Assert.Contains("Regularization.ClassWeights has 2 weights; there are 3 classes", error.Message);
    }

    [TestMethod]
    public void Faults_ClassThatWeighsNothing_IsNamed() =>
        // A batch of that class alone would have a loss of 0/0.
        Assert.AreSequenceEqual(["ClassWeights must each be above 0 (was [1, 0])"], new RegularizationOptions { ClassWeights = [1, 0] }.Faults());
}
