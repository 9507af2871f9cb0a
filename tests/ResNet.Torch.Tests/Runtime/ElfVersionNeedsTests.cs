using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ResNet.Torch.Runtime;

namespace ResNet.Torch.Tests.Runtime;

/// <summary>On the library that TorchSharp ships for Linux, which lies beside the tests on every system.</summary>
[TestClass]
public class ElfVersionNeedsTests
{
    const string Version = "GLIBCXX_3.4.32";

    static byte[] Library
    {
        get
        {
            var file = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
            return File.ReadAllBytes(File.Exists(file) ? file : Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));
        }
    }

    [TestMethod]
    public void TryWeaken_TorchSharpsLibrary_ChangesOneBit()
    {
        var original = Library;
        var changed = (byte[])original.Clone();

        Assert.IsTrue(ElfVersionNeeds.TryWeaken(changed, Version));

        Assert.AreEqual(1, original.Zip(changed, (a, b) => BitOperations.PopCount((uint)(a ^ b))).Sum());
    }

    [TestMethod]
    public void TryWeaken_VersionWhoseSymbolsAreCalled_Refuses()
    {
        var original = Library;
        var changed = (byte[])original.Clone();

        Assert.IsFalse(ElfVersionNeeds.TryWeaken(changed, "GLIBCXX_3.4"));

        CollectionAssert.AreEqual(original, changed);
    }

    [TestMethod]
    public void TryWeaken_VersionThatIsNotNeeded_Refuses() => Assert.IsFalse(ElfVersionNeeds.TryWeaken(Library, "GLIBCXX_9.9.9"));

    [TestMethod]
    public void TryWeaken_NoElfFile_Refuses()
    {
        Assert.IsFalse(ElfVersionNeeds.TryWeaken([], Version));
        Assert.IsFalse(ElfVersionNeeds.TryWeaken("MZ not a library"u8.ToArray(), Version));
    }

    [TestMethod]
    public void TryWeaken_TruncatedAnywhere_RefusesWithoutThrowing()
    {
        var library = Library;
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(library.AsSpan(0x28)); // the table of sections comes last
        for (var length = 0; length < sections; length += library.Length / 97)
            Assert.IsFalse(ElfVersionNeeds.TryWeaken(library.AsSpan(0, length).ToArray(), Version), $"at {length} bytes");
    }

    [TestMethod]
    public void Load_OnThisSystem_Succeeds()
    {
        TorchRuntime.Load();

        Assert.IsTrue(NativeLibrary.TryLoad("LibTorchSharp", typeof(TorchSharp.torch).Assembly, null, out _));
    }
}
