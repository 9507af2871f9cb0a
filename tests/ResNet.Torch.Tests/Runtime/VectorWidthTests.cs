using ResNet.Torch.Tests.Images;
using ResNet.Torch.Tests.Images.Jpeg;
using ResNet.Torch.Tests.Training;

namespace ResNet.Torch.Tests.Runtime;

/// <summary>Code that is written for vectors where a processor has narrower ones, or none: as .NET lets a program see its processor.</summary>
[TestClass]
public class VectorWidthTests
{
    const string Optimizer = $"{nameof(OptimizerTests)}.{nameof(OptimizerTests.Step_TenTimes_IsPyTorchs)}", Gradients = $"{nameof(WeightVectorTests)}.{nameof(WeightVectorTests.Update_GradientsInBFloat16_MovesAsTheirFloat32)}";

    [TestMethod]
    [DataRow("DOTNET_EnableAVX512")]
    [DataRow("DOTNET_EnableAVX2")]        // nor fused multiply-add
    [DataRow("DOTNET_EnableHWIntrinsic")] // scalars alone
    public void VectorCode_OnALesserProcessor_GivesPyTorchsPillowsAndLibjpegsValues(string feature)
    {
        string[] tests = [Optimizer, Gradients, nameof(JpegDecoderTests), nameof(PixelResizeTests)];
        using var process = TestProcess.StartWith([new(feature, "0")], "--filter", string.Join('|', tests.Select(test => $"FullyQualifiedName~{test}")));
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.AreEqual(0, process.ExitCode, output);
        Assert.Contains("failed: 0", output);
        Assert.DoesNotContain("total: 0", output);
    }
}
