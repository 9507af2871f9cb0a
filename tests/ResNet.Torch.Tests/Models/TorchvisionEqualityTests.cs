using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Models;

/// <summary>Seed for seed, the networks are torchvision's: torchvision-seed0.json holds its figures for its ten.</summary>
[TestClass]
public class TorchvisionEqualityTests
{
    public static IEnumerable<object[]> Names => ResNetVariant.Torchvision.Select(v => new object[] { v.Name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Seeded_EveryVariant_HasTorchvisionsWeightsAndLogits(string name)
    {
        var expected = ReferenceFile.Read("torchvision-seed0.json").GetProperty("models").GetProperty(name);

        using var scope = NewDisposeScope();
        using var network = ResidualNetwork.Seeded(0, ResNetVariant.Find(name), classes: 50);
        network.eval();
        using var inference = inference_mode();
        var logits = network.call(rand(1, 3, 224, 224));

        Assert.AreEqual(expected.GetProperty("params").GetInt64(), network.parameters().Sum(p => p.numel()));
        Assert.HasCount(expected.GetProperty("state_keys").GetInt32(), network.state_dict());
        Assert.IsLessThan(1e-6, ReferenceFile.RelativeError(expected.Floats("conv1_first8"), network.state_dict()["conv1.weight"].flatten()[..8].data<float>().ToArray()));
        Assert.IsLessThan(1e-3, ReferenceFile.RelativeError(expected.Floats("logits"), logits.data<float>().ToArray()));
    }
}
