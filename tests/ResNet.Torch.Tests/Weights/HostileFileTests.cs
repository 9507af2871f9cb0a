using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace ResNet.Torch.Tests.Weights;

/// <summary>Files made to harm. Each is a typed error that says why, in little time and little memory.</summary>
[TestClass]
public sealed class HostileFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    void RequireRefused(ReadOnlySpan<byte> content, string why, string name = "hostile")
    {
        var path = folder.File(name, content);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();

        var error = Assert.ThrowsExactly<WeightFormatException>(() => WeightFile.Open(path).Dispose());

        Assert.IsLessThan(30, watch.Elapsed.TotalSeconds, $"{why}: a hang, not a slow machine");
        Assert.IsLessThan(100L << 20, GC.GetAllocatedBytesForCurrentThread() - allocated, why);
        Assert.StartsWith(path, error.Message);
        Assert.Contains(why, error.Message);
    }

    static byte[] SafeTensors(string json, int values = 8) => SafeTensors((ulong)Encoding.UTF8.GetByteCount(json), json, values);

    static byte[] SafeTensors(ulong length, string json, int values = 8)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);
        return [.. prefix, .. Encoding.UTF8.GetBytes(json), .. new byte[values]];
    }

    [TestMethod]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", "'b' begins at 4 and overlaps")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "no tensor has the bytes 0 to 4")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "the tensors end at 4, the file has 8 bytes of values")]
    [DataRow("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "'a' ends at 12, the file has 8 bytes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "its data_offsets 8 to 0 do not fit")]
    [DataRow("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "'a' is F32 [3]")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4611686018427387906,4],"data_offsets":[0,8]}}""", "do not fit that")]
    [DataRow("""{"a":{"dtype":"U8","shape":[9223372036854775807,0,9223372036854775807],"data_offsets":[0,0]}}""", "do not fit that")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "'a.shape' must hold whole numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "'a.shape' must hold whole numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}""", "'a.data_offsets' must hold whole numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "two data_offsets")]
    [DataRow("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", "'a' has dtype F31")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2]}}""", "must have a dtype, a shape and two data_offsets")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}""", "'a.extra', which is not expected")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "names 'a' twice")]
    [DataRow("""{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'__metadata__.k'")]
    [DataRow("""{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", "not valid JSON")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "not valid JSON")]
    [DataRow("""{"a":[1]}""", "StartArray at 'a', StartObject was expected")]
    [DataRow("{\"\\ud800\":1}", "not valid JSON")]
    public void Open_SafeTensorsHeaderThatLies_IsRefused(string json, string why) => RequireRefused(SafeTensors(json), why);

    [TestMethod]
    public void Open_SafeTensorsHeaderOfImpossibleLength_IsRefused()
    {
        RequireRefused(SafeTensors(1UL << 63, "{}"), "claims 9223372036854775808 bytes; at most 100000000 are allowed");
        RequireRefused(SafeTensors(99_999_999, "{}"), "claims 99999999 bytes, the file has 10 after the length");
        RequireRefused(SafeTensors(1, "{}"), "not valid JSON");
    }

    [TestMethod]
    public void Open_SafeTensorsHeaderNestedDeeply_IsRefused() =>
        RequireRefused(SafeTensors("{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000))), "the safetensors header");

    [TestMethod]
    public void Open_NoWeightFile_IsRefused()
    {
        RequireRefused([], "it is empty");
        RequireRefused("hello, world"u8, "first bytes 68 65 6c 6c 6f 2c 20 77");
        RequireRefused("PK"u8, "not a weight file");

        Assert.Contains("a directory", Assert.ThrowsExactly<WeightFormatException>(() => WeightFile.Open(folder.Path)).Message);
        Assert.Contains("absent.pth", Assert.ThrowsExactly<FileNotFoundException>(() => WeightFile.Open(folder.File("absent.pth"))).Message);
    }

    // Every place of the file, for each format.
    [TestMethod]
    [DataRow("training-zip-protocol2.pth")]
    [DataRow("training-legacy-protocol2.pth")]
    [DataRow("training-legacy-protocol4.pth")]
    public void Open_FileCutAnywhere_IsRefused(string fixture) => RequireEveryCutRefused(Fixture.Bytes(fixture));

    [TestMethod]
    public void Open_SafeTensorsCutAnywhere_IsRefused() =>
        RequireEveryCutRefused(SafeTensors("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""));

    void RequireEveryCutRefused(byte[] whole)
    {
        var path = folder.File("cut", whole);
        for (var length = whole.Length - 1; length >= 0; length--)
        {
            using (var file = File.OpenWrite(path))
                file.SetLength(length);
            Assert.ThrowsExactly<WeightFormatException>(() => WeightFile.Open(path).Dispose(), $"{length} bytes");
        }
    }

    // --- pickles ---

    static byte[] Legacy(params byte[][] pickle) =>
    [
        0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.',
        0x80, 2, (byte)'M', 0xe9, 0x03, (byte)'.',
        0x80, 2, .. "}X\u000d\0\0\0little_endian"u8, 0x88, (byte)'s', (byte)'.',
        0x80, 4, .. pickle.SelectMany(part => part),
    ];

    static byte[] Repeat(int count, params byte[] part) => [.. Enumerable.Repeat(part, count).SelectMany(p => p)];

    [TestMethod]
    [DataRow("cos\nsystem\n", "os.system")]
    [DataRow("cposix\nsystem\n", "posix.system")]
    [DataRow("cbuiltins\neval\n", "builtins.eval")]
    [DataRow("ctorch.storage\n_load_from_bytes\n", "torch.storage._load_from_bytes")]
    [DataRow("ctorchvision.models.resnet\nResNet\n", "torchvision.models.resnet.ResNet")]
    public void Open_PickleThatNamesAProgram_IsRefusedByThatName(string global, string name) =>
        RequireRefused(Legacy([.. Encoding.ASCII.GetBytes(global), .. "X\u0010\0\0\0rm -rf important"u8, 0x85, (byte)'R', (byte)'.']), $"the pickle names {name}, which is not one of the few names");

    [TestMethod]
    public void Open_PickleThatNamesAProgramByItsStack_IsRefusedByThatName() =>
        RequireRefused(Legacy([0x8c, 2, .. "os"u8, 0x8c, 6, .. "system"u8, 0x93, (byte)'.']), "the pickle names os.system");

    [TestMethod]
    public void Open_PickleThatCallsAnAllowedNameWrongly_IsRefused()
    {
        RequireRefused(Legacy("ctorch._utils\n_rebuild_tensor_v2\n)R."u8.ToArray()), "makes a tensor of something else");
        RequireRefused(Legacy("ctorch\nFloatStorage\n)R."u8.ToArray()), "calls torch.FloatStorage in a way");
        RequireRefused(Legacy("ctorch\nfloat32\n)R."u8.ToArray()), "calls torch.float32 in a way");
        RequireRefused(Legacy("K\u0001)R."u8.ToArray()), "calls something that is no name");
        RequireRefused(Legacy("K\u0001Q."u8.ToArray()), "refers to something that is no storage");
    }

    [TestMethod]
    public void Open_PickleOfBrokenInstructions_IsRefused()
    {
        RequireRefused(Legacy("t."u8.ToArray()), "closes a group that it never opened");
        RequireRefused(Legacy("h\u0005."u8.ToArray()), "recalls value 5, which it never kept");
        RequireRefused(Legacy("((0."u8.ToArray()), "takes a value where none is");
        RequireRefused(Legacy("K\u0001(a."u8.ToArray()), "takes a value where none is");
        RequireRefused(Legacy("K\u0001K\u0001a."u8.ToArray()), "appends to something that is no list");
        RequireRefused(Legacy("i"u8.ToArray()), "instruction 0x69");
        RequireRefused(Legacy([0x80, 9]), "protocol 9");
        RequireRefused(Legacy([(byte)'X', 0xff, 0xff, 0xff, 0xff]), "4294967295 bytes more were expected");
        RequireRefused(Legacy([0x8d, .. Repeat(8, 0xff)]), "18446744073709551615 bytes more were expected");
        RequireRefused(Legacy([0x8b, 0xff, 0xff, 0xff, 0x7f]), "an integer of 2147483647 bytes");
        RequireRefused(Legacy([(byte)'c', .. Repeat(2000, (byte)'a')]), "a name in the pickle is longer than 1024 bytes");
    }

    static byte[] Keep(uint place) => [(byte)'r', .. BitConverter.GetBytes(place), (byte)'2'];

    [TestMethod]
    public void Open_PickleBombs_AreRefused()
    {
        // Nested lists, deeper than any stack: [[[[…
        RequireRefused(Legacy([.. Repeat(2_000_000, (byte)']'), (byte)'.']), "takes more than 1000000 steps");
        // A million memo entries at the highest places.
        RequireRefused(Legacy([(byte)'N', .. Enumerable.Range(0, 600_000).SelectMany(i => Keep(uint.MaxValue - (uint)i))]), "takes more than 1000000 steps");
        // Billion laughs: each list holds the last one twice; nothing walks it.
        RequireRefused(Legacy([(byte)']', .. Repeat(400, 0x94, (byte)'2', 0x86), (byte)'.', .. "]."u8]), "it holds no dictionary of tensors");
        // One list of pairs, copied into dictionaries again and again.
        RequireRefused(
            Legacy(
                [.. "]q\u0000("u8, .. Repeat(1000, (byte)'N', (byte)'N', 0x86), (byte)'e', (byte)'0'],
                Repeat(100_000, [.. "ccollections\nOrderedDict\nh\u0000"u8, 0x85, (byte)'R', (byte)'0'])),
            "takes more than 1000000 steps");
        // More pickle than any checkpoint has.
        RequireRefused(Legacy([.. Repeat(17, [(byte)'B', 0, 0, 16, 0, .. new byte[1 << 20], (byte)'0'])]), "the pickle is larger than 16777216 bytes");
    }

    [TestMethod]
    public void Open_DictionaryThatHoldsItself_IsRefused() =>
        RequireRefused(Legacy([.. "}q\u0000X\u0005\0\0\0modelh\u0000s"u8, (byte)'.', .. "]."u8]), "it holds no dictionary of tensors");

    /// <summary>A dictionary with the tensor "w" of a float32 storage "0", and the storage: 1, 2.</summary>
    static byte[] OneTensor(byte[] offset, byte[] shape, byte[] strides, long claimed = 2, long stored = 2, string type = "FloatStorage", byte[]? view = null) => Legacy(
        [.. "}U\u0001wctorch._utils\n_rebuild_tensor_v2\n((U\u0007storagectorch\n"u8, .. Encoding.ASCII.GetBytes(type), .. "\nU\u00010U\u0003cpu"u8],
        [.. Long(claimed), .. view ?? [(byte)'N'], (byte)'t', (byte)'Q', .. offset, .. shape, .. strides, 0x89, (byte)'N', (byte)'t', (byte)'R', (byte)'s', (byte)'.'],
        [.. "](U\u00010e."u8, .. BitConverter.GetBytes(stored), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]);

    static byte[] Long(long value) => [0x8a, 8, .. BitConverter.GetBytes(value)];

    static byte[] Tuple(params long[] values) => [(byte)'(', .. values.SelectMany(Long), (byte)'t'];

    [TestMethod]
    public void Open_OneTensor_IsReadWhenNothingIsWrong()
    {
        using var file = WeightFile.Open(folder.File("good", OneTensor(Long(0), Tuple(2), Tuple(1))));

        using var read = file.Read("w");
        CollectionAssert.AreEqual(new[] { 1f, 2f }, read.data<float>().ToArray());
    }

    // PyTorch before 0.4 wrote parts of storages.
    [TestMethod]
    public void Open_PartOfAStorage_IsReadWhenItIsInside()
    {
        static byte[] View(long first, long count) => [(byte)'(', .. "U\u0001v"u8, .. Long(first), .. Long(count), (byte)'t'];
        using var file = WeightFile.Open(folder.File("view", OneTensor(Long(0), Tuple(1), Tuple(1), view: View(1, 1))));

        using var read = file.Read("w");
        CollectionAssert.AreEqual(new[] { 2f }, read.data<float>().ToArray());
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1), view: View(1, 1)), "its storage has 1");
        RequireRefused(OneTensor(Long(0), Tuple(1), Tuple(1), view: View(1, 2)), "a part of storage '0' is not inside it");
        RequireRefused(OneTensor(Long(0), Tuple(1), Tuple(1), view: View(long.MaxValue, 1)), "a part of storage '0' is not inside it");
    }

    [TestMethod]
    public void Open_TensorOutsideItsStorage_IsRefused()
    {
        RequireRefused(OneTensor(Long(1), Tuple(2), Tuple(1)), "'w' reaches from 1 over 2 values, its storage has 2");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(2)), "'w' reaches from 0 over 3 values, its storage has 2");
        RequireRefused(OneTensor(Long(long.MaxValue), Tuple(2), Tuple(1)), "'w' reaches from 9223372036854775807");
        RequireRefused(OneTensor(Long(-1), Tuple(2), Tuple(1)), "a shape, strides or an offset that no tensor can have");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(-1)), "a shape, strides or an offset that no tensor can have");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1, 1)), "a shape, strides or an offset that no tensor can have");
        RequireRefused(OneTensor(Long(0), Tuple([.. Enumerable.Repeat(1L, 65)]), Tuple([.. Enumerable.Repeat(1L, 65)])), "a shape, strides or an offset that no tensor can have");
        RequireRefused(OneTensor(Long(0), Tuple(1L << 62, 4), Tuple(4, 1)), "too large to be true");
        RequireRefused(OneTensor(Long(0), Tuple(0, 1L << 62, 4), Tuple(4, 4, 1)), "too large to be true");
        RequireRefused(OneTensor(Long(0), Tuple(1L << 40), Tuple(0)), "'w' makes 4398046511104 bytes of a storage of 8");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1), claimed: 2, stored: 3), "storage '0' has 3 values");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1), claimed: 3, stored: 3), "storage '0' claims 3 values");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1), claimed: -1, stored: -1), "storage '0' claims -1 values");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1), claimed: 1L << 62, stored: 1L << 62), "storage '0' claims 4611686018427387904 values");
        RequireRefused(OneTensor(Long(0), Tuple(2), Tuple(1), type: "QInt8Storage"), "the pickle names torch.QInt8Storage");
    }
}
