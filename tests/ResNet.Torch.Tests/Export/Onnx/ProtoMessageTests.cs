using ResNet.Torch.Export.Onnx;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.Onnx;

[TestClass]
public class ProtoMessageTests
{
    static string Hex(ProtoMessage message)
    {
        using var stream = new MemoryStream();
        message.WriteTo(stream);
        Assert.AreEqual(message.Length, stream.Length);
        return Convert.ToHexStringLower(stream.ToArray());
    }

    // protobuf.dev, "Encoding": its own examples, and the two's complement of -2 in ten bytes.
    [TestMethod]
    public void WriteTo_TheDocumentationsExamples_GivesItsBytes()
    {
        Assert.AreEqual("089601", Hex(new ProtoMessage().Add(1, 150)));
        Assert.AreEqual("120774657374696e67", Hex(new ProtoMessage().Add(2, "testing")));
        Assert.AreEqual("1a03089601", Hex(new ProtoMessage().Add(3, new ProtoMessage().Add(1, 150))));
        Assert.AreEqual("08feffffffffffffffff01", Hex(new ProtoMessage().Add(1, -2)));
    }

    [TestMethod]
    public void WriteTo_FloatsAndTensors_AreLittleEndianAndRowMajor()
    {
        using var scope = NewDisposeScope();

        Assert.AreEqual("0d0000803f", Hex(new ProtoMessage().Add(1, 1f)));
        Assert.AreEqual("4a10" + "0000803f" + "00004040" + "00000040" + "00008040", Hex(new ProtoMessage().Add(9, tensor((float[])[1, 2, 3, 4]).view(2, 2).t())));
    }

    [TestMethod]
    public void RequireWritable_MoreThanTwoGibibytes_SaysSo()
    {
        using var scope = NewDisposeScope();
        var large = new ProtoMessage().Add(9, zeros(1).expand(1L << 29)); // 2 GiB of which one value is in memory

        var error = Assert.ThrowsExactly<NotSupportedException>(() => OnnxExport.RequireWritable(large, "resnet9000"));

        Assert.Contains("resnet9000 takes 2.1 GB as ONNX", error.Message);
        Assert.Contains("SafeTensors.Write", error.Message);
    }
}
