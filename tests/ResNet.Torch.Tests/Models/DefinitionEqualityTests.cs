using System.Text.Json;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Models;

/// <summary>Seed for seed, rows are what the same definitions in PyTorch are: networks-seed0.json holds those figures.</summary>
[TestClass]
public class DefinitionEqualityTests
{
    static readonly JsonElement reference = ReferenceFile.Read("networks-seed0.json");

    public static IEnumerable<object[]> Names =>
        reference.GetProperty("seeded").EnumerateObject().Select(p => p.Name).Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Seeded_ARow_HasPyTorchsLogits(string name) =>
        AssertLogits(reference.GetProperty("seeded").GetProperty(name), ResNetVariant.Find(name));

    [TestMethod]
    public void Seeded_XavierInitialization_HasPyTorchsLogits() =>
        AssertLogits(reference.GetProperty("xavier_resnet18"), ResNetVariant.ResNet18 with { Initialization = Initialization.XavierUniform });

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Seeded_DilatedStages_HasTorchvisionsLogits(int stages) =>
        AssertLogits(reference.GetProperty("dilated_resnet50").GetProperty($"{stages}"), ResNetVariant.ResNet50 with { DilatedStages = stages });

    static void AssertLogits(JsonElement expected, ResNetVariant variant)
    {
        var size = expected.GetProperty("size").GetInt32();
        using var scope = NewDisposeScope();
        using var network = ResidualNetwork.Seeded(0, variant, classes: 10);
        network.eval();
        using var inference = inference_mode();

        var logits = network.call(rand(2, 3, size, size));

        Assert.IsLessThan(1e-3, ReferenceFile.RelativeError(expected.Floats("logits"), logits.data<float>().ToArray()));
    }
}
