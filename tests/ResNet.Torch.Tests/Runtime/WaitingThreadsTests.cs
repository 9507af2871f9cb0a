namespace ResNet.Torch.Tests.Runtime;

[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class WaitingThreadsTests
{
    [TestMethod]
    [DataRow("GOMP_SPINCOUNT", null, "3000")]
    [DataRow("GOMP_SPINCOUNT", "77", "77")]
    public void Load_OpenMPsThreads_SpinBrieflyUnlessTheHostSaysOtherwise(string variable, string? value, string expected)
    {
        // GCC's OpenMP prints what it has found in the environment when it is loaded.
        using var process = TestProcess.StartWith([new("OMP_DISPLAY_ENV", "VERBOSE"), new(variable, value)], "--filter", $"FullyQualifiedName~{nameof(NativeThreadsTests)}");
        var output = process.StandardOutput.ReadToEndAsync();
        var printed = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.AreEqual(0, process.ExitCode, output.Result);
        Assert.Contains($"GOMP_SPINCOUNT = '{expected}'", printed);
    }
}
