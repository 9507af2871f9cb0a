using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Weights;

[TestClass]
public sealed class PyTorchCheckpointTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => folder.Dispose();

    WeightFile Open(string fixture) => WeightFile.Open(folder.File(fixture, Fixture.Bytes(fixture)));

    [TestMethod]
    [DataRow("types-zip.pth", WeightFormat.PyTorchZip)]
    [DataRow("types-legacy.pth", WeightFormat.PyTorchLegacy)]
    public void Read_EveryType_HasPyTorchsValues(string fixture, WeightFormat format)
    {
        using var scope = NewDisposeScope();
        using var file = Open(fixture);
        var expected = new Dictionary<string, ScalarType>
        {
            ["float64"] = ScalarType.Float64,
            ["float32"] = ScalarType.Float32,
            ["float16"] = ScalarType.Float16,
            ["bfloat16"] = ScalarType.BFloat16,
            ["int64"] = ScalarType.Int64,
            ["int32"] = ScalarType.Int32,
            ["int16"] = ScalarType.Int16,
            ["int8"] = ScalarType.Int8,
            ["uint8"] = ScalarType.Byte,
            ["bool"] = ScalarType.Bool,
        };

        Assert.AreEqual(format, file.Format);
        CollectionAssert.AreEquivalent(expected.Keys.ToList(), file.Tensors.Keys.ToList());
        foreach (var (name, type) in expected)
        {
            var read = file.Read(name);
            Assert.AreEqual(type, read.dtype, name);
            CollectionAssert.AreEqual(new long[] { 2, 3 }, read.shape, name);
            CollectionAssert.AreEqual(
                type == ScalarType.Bool ? [0, 1, 1, 1, 0, 1] : new double[] { 0, 1, 3, 97, 0, 2 },
                read.to(ScalarType.Float64).data<double>().ToArray(),
                name);
        }
    }

    [TestMethod]
    [DataRow("views-zip.pth")]
    [DataRow("views-legacy.pth")]
    public void Read_SharedAndStridedStorages_HasPyTorchsValues(string fixture)
    {
        using var scope = NewDisposeScope();
        using var file = Open(fixture);
        var expected = new Dictionary<string, (long[] Shape, float[] Values)>
        {
            ["whole"] = ([24], [.. Enumerable.Range(0, 24)]),
            ["tail"] = ([4], [20, 21, 22, 23]),
            ["transposed"] = ([6, 4], [0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23]),
            ["every_third"] = ([8], [1, 4, 7, 10, 13, 16, 19, 22]),
            ["channels_last"] = ([1, 2, 3, 4], [.. Enumerable.Range(0, 24)]),
            ["expanded"] = ([2, 3], [5, 5, 5, 6, 6, 6]),
            ["scalar"] = ([], [2.5f]),
            ["nothing"] = ([3, 0, 2], []),
        };

        CollectionAssert.AreEquivalent(expected.Keys.ToList(), file.Tensors.Keys.ToList());
        foreach (var (name, (shape, values)) in expected)
        {
            var read = file.Read(name);
            CollectionAssert.AreEqual(shape, file.Tensors[name].Shape.ToArray(), name);
            CollectionAssert.AreEqual(shape, read.shape, name);
            CollectionAssert.AreEqual(values, MemoryMarshal.Cast<byte, float>(read.bytes).ToArray(), name);
        }
    }

    [TestMethod]
    [DataRow("zip", 2)]
    [DataRow("zip", 3)]
    [DataRow("zip", 4)]
    [DataRow("zip", 5)]
    [DataRow("legacy", 2)]
    [DataRow("legacy", 3)]
    [DataRow("legacy", 4)]
    [DataRow("legacy", 5)]
    public void Open_TrainingCheckpointOfEveryProtocol_FindsTheWeights(string format, int protocol)
    {
        using var scope = NewDisposeScope();
        using var file = Open($"training-{format}-protocol{protocol}.pth");
        string[] fractions = ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"];

        CollectionAssert.AreEquivalent((string[])[.. fractions, "1.num_batches_tracked"], file.Tensors.Keys.ToList());
        foreach (var name in fractions)
            Assert.AreEqual(1.5f, file.Read(name).item<float>(), name);
        Assert.AreEqual(3L, file.Read("1.num_batches_tracked").item<long>());
        CollectionAssert.AreEqual(new long[] { 1, 1, 1, 1 }, file.Tensors["0.weight"].Shape.ToArray());
        Assert.AreEqual("7", file.Metadata["epoch"]);
        Assert.AreEqual("resnet18", file.Metadata["arch"]);
        Assert.AreEqual("0.5", file.Metadata["best"]);
        Assert.AreEqual("True", file.Metadata["done"]);
        Assert.AreEqual("-3", file.Metadata["neg"]);
    }

    [TestMethod]
    [DataRow("parameters-zip.pth", 1f, 2f)]
    [DataRow("model-zip.pth", 4f, 5f)]
    [DataRow("model-zip64.pth", 4f, 5f)]
    public void Open_WrappedAndPrefixed_StripsBoth(string fixture, float first, float second)
    {
        using var scope = NewDisposeScope();
        using var file = Open(fixture);

        CollectionAssert.AreEqual(new[] { "w" }, file.Tensors.Keys.ToList());
        CollectionAssert.AreEqual(new[] { first, second }, file.Read("w").data<float>().ToArray());
    }

    // akamaster/pytorch_resnet_cifar10's resnet20, written by PyTorch before 0.4 on a GPU; figures by PyTorch 1.13.1's torch.load.
    [TestMethod]
    public void Open_PublishedLegacyCheckpoint_HasPyTorchsWeights()
    {
        if (SharedData.Find("data/weights/cifar-resnet20.th") is not { } path)
        {
            TestContext.WriteLine("Left out: shared/data/weights/cifar-resnet20.th is not beside the repository.");
            return;
        }
        using var scope = NewDisposeScope();
        using var file = WeightFile.Open(path);

        Assert.AreEqual(WeightFormat.PyTorchLegacy, file.Format);
        Assert.HasCount(97, file.Tensors);
        Assert.AreEqual("Float32 [16, 3, 3, 3]", file.Tensors["conv1.weight"].ToString());
        Assert.AreEqual("Float32 [10, 64]", file.Tensors["linear.weight"].ToString());
        Assert.AreEqual(139.782649560, file.Tensors.Keys.Sum(name => file.Read(name).to(ScalarType.Float64).sum().item<double>()), 1e-6);
        Assert.AreEqual(-0.27025941f, file.Read("linear.bias")[9].item<float>());
    }
}
