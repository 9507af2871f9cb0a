using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ResNet.Torch.Tests.Weights.Pretrained;

[TestClass]
public class PretrainedWeightsTests
{
    static readonly JsonElement reference = ReferenceFile.Read("torchvision-weights.json");

    static IEnumerable<JsonElement> Rows => reference.GetProperty("weights").EnumerateArray();

    public static IEnumerable<object[]> Names => Rows.Select(r => new object[] { Text(r, "name") });

    [TestMethod]
    public void All_Names_AreTorchvisionsInItsOrder() =>
        CollectionAssert.AreEqual(Rows.Select(r => Text(r, "name")).ToList(), PretrainedWeights.All.Select(w => w.Name).ToList());

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Find_EveryRow_HasTorchvisionsFacts(string name)
    {
        var row = Rows.Single(r => Text(r, "name") == name);

        var weights = PretrainedWeights.Find(name);

        Assert.AreEqual(Text(row, "url"), weights.Address.AbsoluteUri);
        Assert.AreEqual(Text(row, "url").Split('/')[^1], weights.FileName);
        Assert.AreEqual(Text(row, "url")[^12..^4], weights.HashPrefix);
        Assert.AreEqual(Text(row, "variant"), weights.Variant.Name);
        Assert.AreEqual(row.GetProperty("num_params").GetInt64(), weights.Variant.ParameterCount);
        Assert.AreEqual(row.GetProperty("acc1").GetDouble(), weights.Top1Percent);
        Assert.AreEqual(row.GetProperty("acc5").GetDouble(), weights.Top5Percent);
        Assert.AreEqual(Text(row, "recipe"), weights.Source!.AbsoluteUri);
        Assert.Contains("BSD-3-Clause", weights.Licence!);
        Assert.HasCount(1000, weights.ClassNames);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Preset_EveryRow_IsTorchvisionsTransform(string name)
    {
        var row = Rows.Single(r => Text(r, "name") == name);

        var preset = PretrainedWeights.Find(name).Preset;

        Assert.AreEqual(row.GetProperty("resize_size").GetInt32(), preset.ResizeShorterSide);
        Assert.AreEqual(row.GetProperty("crop_size").GetInt32(), preset.Height);
        Assert.AreEqual(row.GetProperty("crop_size").GetInt32(), preset.Width);
        Assert.AreEqual(Text(row, "interpolation"), preset.Interpolation.ToString().ToLowerInvariant());
        Assert.IsTrue(preset.Antialias);
        CollectionAssert.AreEqual(row.Floats("mean"), preset.Mean.ToArray());
        CollectionAssert.AreEqual(row.Floats("std"), preset.Std.ToArray());
    }

    [TestMethod]
    public void DefaultFor_EveryVariant_IsTorchvisionsDefault()
    {
        foreach (var row in Rows.Where(r => r.GetProperty("default").GetBoolean()))
            Assert.AreEqual(Text(row, "name"), PretrainedWeights.DefaultFor(ResNetVariant.Find(Text(row, "variant"))).Name);
    }

    [TestMethod]
    public void DefaultFor_OtherNetwork_ListsThoseWithWeights()
    {
        var own = ResNetVariant.ResNet18 with { Name = "resnet19" };

        var error = Assert.ThrowsExactly<ArgumentException>(() => PretrainedWeights.DefaultFor(own));

        Assert.Contains("'resnet19'", error.Message);
        Assert.Contains("resnet18, resnet34, resnet50", error.Message);
    }

    [TestMethod]
    public void Find_UnknownName_ListsTheNames()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => PretrainedWeights.Find("resnet50"));

        Assert.Contains("'resnet50'", error.Message);
        Assert.Contains("ResNet50_Weights.IMAGENET1K_V1, ResNet50_Weights.IMAGENET1K_V2", error.Message);
    }

    [TestMethod]
    [DataRow("https://example.org/resnet50.pth")]             // no hash
    [DataRow("https://example.org/resnet50-0676ba6.pth")]     // 7 digits
    [DataRow("https://example.org/resnet50-0676BA61.pth")]    // upper case: would never match
    [DataRow("https://example.org/..%2Fx-0676ba61.pth")]      // a way out of the cache
    [DataRow("ftp://example.org/resnet50-0676ba61.pth")]
    public void Address_WithoutHashOrHttp_SaysWhatIsExpected(string address)
    {
        var weights = PretrainedWeights.ResNet50_V1;

        Assert.Contains("resnet50-11ad3fa6.pth", Assert.ThrowsExactly<ArgumentException>(() => weights with { Address = new Uri(address) }).Message);
        Assert.ThrowsExactly<ArgumentException>(() => new PretrainedWeights("Mine", weights.Variant, new Uri(address), weights.Preset));
    }

    [TestMethod]
    public void ClassNames_All_AreTorchvisionsCategories()
    {
        var names = ImageNetClasses.Names;

        Assert.HasCount(1000, names);
        foreach (var category in reference.GetProperty("categories").EnumerateObject())
            Assert.AreEqual(category.Value.GetString(), names[int.Parse(category.Name, System.Globalization.CultureInfo.InvariantCulture)]);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names)));
        Assert.AreEqual(Text(reference, "categories_sha256"), Convert.ToHexStringLower(hash));
    }

    [TestMethod]
    public void ClassNames_All_AreDifferent() => Assert.HasCount(1000, ImageNetClasses.Names.Distinct().ToList());

    static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
