namespace ResNet.Torch.Tests.Training;

/// <summary>The optimizer's pass over the weights where a processor has narrower vectors, or none: as .NET lets a program see its processor.</summary>
[TestClass]
public class VectorWidthTests
{
    [TestMethod]
    [DataRow("DOTNET_EnableAVX512")]
    [DataRow("DOTNET_EnableAVX2")]        // nor fused multiply-add
    [DataRow("DOTNET_EnableHWIntrinsic")] // scalars alone
    public void Step_OnALesserProcessor_IsPyTorchs(string feature)
    {
        using var process = TestProcess.StartWith([new(feature, "0")], "--filter", $"FullyQualifiedName~{nameof(OptimizerTests)}.{nameof(OptimizerTests.Step_TenTimes_IsPyTorchs)}|FullyQualifiedName~{nameof(WeightVectorTests.Update_GradientsInBFloat16_MovesAsTheirFloat32)}");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.AreEqual(0, process.ExitCode, output);
        Assert.Contains("succeeded: 6", output);
    }
}
