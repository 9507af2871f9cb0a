using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Onnx;

[TestClass]
public sealed class OnnxEveryVariantTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Names => ResNetVariant.All.Select(v => new object[] { v.Name });

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void ExportOnnx_EveryVariant_AgreesWithTheNetworkInOnnxRuntime(string name)
    {
        using var scope = NewDisposeScope();
        var variant = ResNetVariant.Find(name);
        var images = OnnxNetworks.Images(variant.Stem);
        using var network = OnnxNetworks.Trained(variant, images);
        var expected = network.call(images).Values();
        Assert.IsTrue(Array.TrueForAll(expected, float.IsFinite));

        foreach (var isFolded in new[] { true, false })
            AssertAgrees(network, images, expected, isFolded);
    }

    void AssertAgrees(ResidualNetwork network, Tensor images, float[] expected, bool isFolded)
    {
        var path = folder.File("network.onnx");
        using (var file = File.Create(path)) // not ExportOnnx itself, which waits until the bytes are on the disk: minutes for all of them
            OnnxExport.Write(file, network, OnnxNetworks.PresetOf(images), classNames: null, new() { FoldBatchNorm = isFolded });
        using var model = new OnnxModel(path);

        var (shape, logits) = model.Run(images.Values(), images.shape)["logits"];

        CollectionAssert.AreEqual(new long[] { 2, network.Classes }, shape);
        Assert.IsLessThan(1e-4, ReferenceFile.RelativeError(expected, logits));
        for (var image = 0; image < 2; image++)
            Assert.AreEqual(Top1(expected, image), Top1(logits, image));
    }

    static int Top1(float[] logits, int image)
    {
        var row = logits.Chunk(logits.Length / 2).ElementAt(image);
        return Array.IndexOf(row, row.Max());
    }
}
