using ResNet.Torch;

namespace ResNet.Cli.Tests;

[TestClass]
public class ModelsCommandTests
{
    // torchvision.models, documentation of ResNet50_Weights: 25,557,032 parameters, 4.089 GFLOPS (multiply-adds).
    [TestMethod]
    public void Models_Json_HasEveryRowWithTorchvisionsFigures()
    {
        var rows = Tool.Run("models", "--json").Succeeded().Json;

        CollectionAssert.AreEqual(ResNetVariant.All.Select(v => v.Name).ToList(), rows.Select(row => row.GetProperty("name").GetString()).ToList());
        var row = rows.Single(row => row.GetProperty("name").GetString() == "resnet50");
        Assert.AreEqual(25_557_032, row.GetProperty("parameters").GetInt64());
        Assert.AreEqual(4.089, row.GetProperty("multiplyAdds").GetInt64() / 1e9, 0.0005);
        CollectionAssert.AreEqual(
            new[] { "ResNet50_Weights.IMAGENET1K_V1", "ResNet50_Weights.IMAGENET1K_V2" }, row.GetProperty("pretrained").EnumerateArray().Select(name => name.GetString()).ToArray());
    }

    [TestMethod]
    public void Models_AsAProcess_PrintsATableWithoutColours()
    {
        var result = Tool.RunProcess("models").Succeeded();

        StringAssert.Matches(result.Output, new(@"resnet20 +│? *269,722 +│? *0.041 G +│? *32×32 +│? *10"));
        Assert.DoesNotContain("\u001b", result.Output);
        Assert.AreEqual("", result.Error);
    }
}
