using static TorchSharp.torch;

namespace ResNet.Torch.Tests.TorchScript;

/// <summary>Archives in libtorch's own <c>torch.jit.load</c>.</summary>
[TestClass]
public sealed class TorchScriptExportTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public static IEnumerable<object[]> Names => Networks.Names;

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Save_EveryVariant_GivesTheNetworksLogits(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Build(name);
        var path = folder.File("network.pt");
        var images = Networks.Images();

        TorchScriptExport.Save(network, path);

        Networks.AssertAgree(Networks.Logits(network, images), Run(path, images));
    }

    static float[] Run(string path, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var module = jit.load<Tensor, Tensor>(path);
        return module.call(images).data<float>().ToArray();
    }
}
