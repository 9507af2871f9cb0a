using ResNet.Torch.Tests.Export.Onnx;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export;

/// <summary>Every row of the table, on the same images: the network itself, its ONNX files in ONNX Runtime, its TorchScript archive in libtorch.</summary>
[TestClass]
public sealed class EveryVariantTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Names => ResNetVariant.All.Select(variant => new object[] { variant.Name });

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Export_EveryVariant_GivesTheNetworksLogitsInEveryFormat(string name)
    {
        using var scope = NewDisposeScope();
        var variant = ResNetVariant.Find(name);
        var images = TrainedNetworks.Images(variant.Stem);
        using var network = TrainedNetworks.Trained(variant, images);
        var expected = network.call(images).Values();
        Assert.IsTrue(Array.TrueForAll(expected, float.IsFinite));

        TrainedNetworks.AssertAgree(expected, Onnx(network, images, isFolded: true), variant.Classes);
        TrainedNetworks.AssertAgree(expected, Onnx(network, images, isFolded: false), variant.Classes);
        TrainedNetworks.AssertAgree(expected, TorchScript(network, images), variant.Classes);
    }

    // Not ExportOnnx and ExportTorchScript themselves, which wait until the bytes are on the disk: minutes for all of them.

    float[] Onnx(ResidualNetwork network, Tensor images, bool isFolded)
    {
        using (var file = File.Create(folder.File("network.onnx")))
            OnnxExport.Write(file, network, TrainedNetworks.PresetOf(images), classNames: null, new() { FoldBatchNorm = isFolded });
        using var model = new OnnxModel(folder.File("network.onnx"));
        var (shape, logits) = model.Run(images.Values(), images.shape)["logits"];
        CollectionAssert.AreEqual(new long[] { images.shape[0], network.Classes }, shape);
        return logits;
    }

    float[] TorchScript(ResidualNetwork network, Tensor images)
    {
        using (var file = File.Create(folder.File("network.pt")))
            TorchScriptExport.Write(file, network, TrainedNetworks.PresetOf(images), classNames: null, new());
        using var module = jit.load<Tensor, Tensor>(folder.File("network.pt"));
        var logits = module.call(images);
        CollectionAssert.AreEqual(new long[] { images.shape[0], network.Classes }, logits.shape);
        return logits.Values();
    }
}
