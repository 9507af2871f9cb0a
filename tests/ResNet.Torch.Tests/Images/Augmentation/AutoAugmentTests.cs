using System.Text.Json;
using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class AutoAugmentTests
{
    static readonly JsonElement reference = ReferenceFile.Read("autoaugment-pil.json");

    [TestMethod]
    public void TrivialAugmentWide_Table_IsTorchvisions() =>
        AssertSame(reference.GetProperty("trivialAugmentWide"), AutoAugmentSpace.TrivialAugmentWide());

    [TestMethod]
    public void RandAugment_Table_IsTorchvisionsForTheImagesSize()
    {
        foreach (var of in reference.GetProperty("randAugment").EnumerateArray())
            AssertSame(of.GetProperty("space"), AutoAugmentSpace.RandAugment(new(FormulaImage.Int(of, "height"), FormulaImage.Int(of, "width"), 3)));
    }

    static void AssertSame(JsonElement expected, AutoAugmentRange[] actual)
    {
        Assert.HasCount(expected.GetArrayLength(), actual);
        foreach (var (operation, range) in expected.EnumerateArray().Zip(actual))
        {
            Assert.AreEqual(FormulaImage.Text(operation, "operation"), range.Operation.ToString());
            Assert.AreEqual(operation.GetProperty("signed").GetBoolean(), range.Signed);
            var magnitudes = operation.Floats("magnitudes");
            Assert.HasCount(magnitudes.Length, range.Magnitudes);
            if (magnitudes.Length > 0) // torch.linspace's last bit depends on the processor
                Assert.IsLessThan(2e-7, ReferenceFile.RelativeError(magnitudes, range.Magnitudes), range.Operation.ToString());
            // whole pixels, bits and thresholds must not depend on that bit
            CollectionAssert.AreEqual(magnitudes.Select(m => (int)m).ToArray(), range.Magnitudes.Select(m => (int)m).ToArray(), range.Operation.ToString());
        }
    }

    [TestMethod]
    public void Apply_EveryOperationAndMagnitude_GivesPillowsPixels()
    {
        var space = reference.GetProperty("trivialAugmentWide").EnumerateArray()
            .ToDictionary(o => FormulaImage.Text(o, "operation"), o => (Magnitudes: o.Floats("magnitudes"), Signed: o.GetProperty("signed").GetBoolean()));
        var wrong = new List<string>();
        foreach (var @case in reference.GetProperty("cases").EnumerateArray())
        {
            var shape = FormulaImage.Shape(@case);
            var operation = Enum.Parse<AutoAugmentOperation>(FormulaImage.Text(@case, "operation"));
            var (magnitudes, signed) = space[operation.ToString()];
            float[] applied = magnitudes is [] ? [0] : signed ? [.. magnitudes, .. magnitudes[1..].Select(m => -m)] : magnitudes;
            var expected = @case.GetProperty("digests").EnumerateArray().Select(d => d.GetString()).ToArray();
            Assert.HasCount(expected.Length, applied);
            foreach (var (magnitude, digest) in applied.Zip(expected))
            {
                var pixels = FormulaImage.Of(shape);
                operation.Apply(magnitude, pixels, shape);
                if (FormulaImage.Digest(pixels) != digest)
                    wrong.Add($"{operation} {magnitude} of {shape}");
            }
        }
        Assert.IsEmpty(wrong, string.Join("\n", wrong));
    }
}
