using System.Text;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Weights;

[TestClass]
public sealed class SafeTensorsTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Worked by hand from the format's description: length, header padded with spaces to 8 bytes, values.
    [TestMethod]
    public void Write_TwoTensors_GivesTheseBytes()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("two.safetensors");

        SafeTensors.Write(
            path,
            new Dictionary<string, Tensor> { ["a"] = tensor(new byte[] { 7, 8, 9 }), ["b"] = tensor(new[] { 1f, -2f }).reshape(2, 1) },
            new Dictionary<string, string> { ["note"] = "a \"é\" b" });

        var json = """{"__metadata__":{"note":"a \"é\" b"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        var header = Encoding.UTF8.GetBytes(json);
        Assert.HasCount(146, header);
        byte[] expected =
        [
            152, 0, 0, 0, 0, 0, 0, 0,
            .. header, .. "      "u8,
            0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x00, 0xc0,
            7, 8, 9,
        ];
        CollectionAssert.AreEqual(expected, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void Write_ChannelsLast_ComesOutRowMajor()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("layout.safetensors");
        var channelsLast = arange(0, 24, dtype: ScalarType.Float32).reshape(1, 3, 2, 4).permute(0, 3, 1, 2); // [1,4,3,2] over rows of pixels

        SafeTensors.Write(path, new Dictionary<string, Tensor> { ["w"] = channelsLast });

        using var file = WeightFile.Open(path);
        var read = file.Read("w");
        CollectionAssert.AreEqual(new long[] { 1, 4, 3, 2 }, read.shape);
        CollectionAssert.AreEqual(
            new float[] { 0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23 },
            read.data<float>().ToArray());
    }

    [TestMethod]
    public void RoundTrip_EveryType_IsBitForBit()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("types.safetensors");
        var values = tensor(new[] { 0.0, 1.0, 3.0, 97.0, 0.0, 2.0 }).reshape(2, 3);
        ScalarType[] types =
        [
            ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
            ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ];
        var tensors = types.ToDictionary(t => t.ToString(), t => values.to(t));
        tensors["scalar"] = tensor(2.5f);
        tensors["nothing"] = zeros(3, 0, 2);
        tensors["nan"] = tensor(new[] { float.NaN, float.NegativeInfinity });

        SafeTensors.Write(path, tensors);

        using var file = WeightFile.Open(path);
        Assert.HasCount(tensors.Count, file.Tensors);
        foreach (var (name, written) in tensors)
        {
            var read = file.Read(name);
            Assert.AreEqual(written.dtype, read.dtype, name);
            CollectionAssert.AreEqual(written.shape, read.shape, name);
            CollectionAssert.AreEqual(written.bytes.ToArray(), read.bytes.ToArray(), name);
        }
    }

    [TestMethod]
    public void RoundTrip_Network_IsBitForBit()
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualNetwork(ResNetVariant.ResNet18, classes: 4);
        var path = folder.File("network.safetensors");
        var metadata = new Dictionary<string, string> { ["variant"] = "resnet18", ["class.0"] = "chat, \U0001F408" };

        SafeTensors.Write(path, network.state_dict(), metadata);

        using var file = WeightFile.Open(path);
        Assert.AreEqual(WeightFormat.SafeTensors, file.Format);
        CollectionAssert.AreEquivalent(metadata.ToList(), file.Metadata.ToList());
        CollectionAssert.AreEquivalent(network.state_dict().Keys.ToList(), file.Tensors.Keys.ToList());
        foreach (var (name, weight) in network.state_dict())
            Assert.IsTrue(weight.contiguous().bytes.SequenceEqual(file.Read(name).bytes), name);
    }

    [TestMethod]
    public void Write_ThatFails_LeavesTheOldFileAndNothingElse()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("kept.safetensors", "old"u8);
        var tensors = new Dictionary<string, Tensor> { ["a"] = zeros(2), ["complex"] = zeros(2, dtype: ScalarType.ComplexFloat32) };

        var error = Assert.ThrowsExactly<ArgumentException>(() => SafeTensors.Write(path, tensors));

        Assert.Contains("'complex' is ComplexFloat32", error.Message);
        Assert.AreEqual("old", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void Read_LeavesNoTensorBehind()
    {
        var path = folder.File("leak.safetensors");
        using (NewDisposeScope())
            SafeTensors.Write(path, new Dictionary<string, Tensor> { ["a"] = ones(3, 5) });

        var left = NativeTensors.LeftBy(
            () =>
            {
                using var file = WeightFile.Open(path);
                file.Read("a").Dispose();
            },
            networks: 0);

        Assert.AreEqual(0, left);
    }

    // A span ends at 2 GiB, so large tensors are read and written in parts; here they are 8 bytes.
    [TestMethod]
    public void ForEachPart_TensorOfSeveralParts_WalksAllOfItInOrder()
    {
        using var scope = NewDisposeScope();
        List<(long Start, byte[] Part)> parts = [];

        TensorBytes.ForEachPart(tensor(new short[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }), (start, part) => parts.Add((start, part.ToArray())), partBytes: 8);

        CollectionAssert.AreEqual(new long[] { 0, 8, 16 }, parts.ConvertAll(p => p.Start));
        CollectionAssert.AreEqual(new byte[] { 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0 }, parts.SelectMany(p => p.Part).ToArray());
    }

    // The file is sparse: it takes no 5 GB of disk, and reading one tensor must take no 5 GB of memory.
    [TestMethod]
    public void Read_TensorBeyondFourGigabytes_ReadsItAlone()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("large.safetensors");
        var header = """{"large":{"dtype":"U8","shape":[5000000000],"data_offsets":[0,5000000000]},"b":{"dtype":"U8","shape":[3],"data_offsets":[5000000000,5000000003]}}"""u8;
        using (var stream = File.Create(path))
        {
            stream.Write([(byte)header.Length, 0, 0, 0, 0, 0, 0, 0]);
            stream.Write(header);
            stream.Position += 5_000_000_000;
            stream.Write([7, 8, 9]);
        }

        using var file = WeightFile.Open(path);
        CollectionAssert.AreEqual(new byte[] { 7, 8, 9 }, file.Read("b").bytes.ToArray());
    }
}
