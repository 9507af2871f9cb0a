namespace ResNet.Torch.Tests.Runtime;

/// <summary>Messages as glibc's and musl's loaders write them.</summary>
[TestClass]
public class TorchRuntimeTests
{
    [TestMethod]
    [DataRow("/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)",
        new[] { "/app/libLibTorchSharp.so needs version GLIBCXX_3.4.32", "/lib/x86_64-linux-gnu/libstdc++.so.6 does not have", "libstdc++6" })]
    [DataRow("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.28' not found (required by /app/libtorch_cpu.so)",
        new[] { "/app/libtorch_cpu.so needs version GLIBC_2.28", "newer glibc" })]
    [DataRow("libgomp.so.1: cannot open shared object file: No such file or directory", new[] { "libgomp.so.1 is missing", "libgomp1" })]
    [DataRow("Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/libtorch_cpu.so)",
        new[] { "ld-linux-x86-64.so.2 is missing", "Alpine" })]
    [DataRow("libtorch_cpu.so is not among the program's files", new[] { "libtorch_cpu.so", "libtorch-cpu-", "2.10.0" })]
    [DataRow("something else", new[] { "something else" })]
    public void Explain_LoadersMessage_NamesLibraryVersionAndRemedy(string message, string[] parts)
    {
        var explained = TorchRuntime.Explain(message);

        foreach (var part in parts)
            Assert.Contains(part, explained);
    }
}
