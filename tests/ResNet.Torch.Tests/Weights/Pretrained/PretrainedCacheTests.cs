using System.Runtime.InteropServices;

namespace ResNet.Torch.Tests.Weights.Pretrained;

[TestClass]
public class PretrainedCacheTests
{
    // XDG Base Directory Specification 0.8; Apple's File System Programming Guide ("Library/Caches")
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)] // paths of the other systems
    [DataRow("LINUX", null, null, "/home/a/.cache/resnet-mlnet")]
    [DataRow("LINUX", null, "/caches", "/caches/resnet-mlnet")]
    [DataRow("LINUX", null, "caches", "/home/a/.cache/resnet-mlnet")] // relative: to be ignored
    [DataRow("LINUX", "/weights", "/caches", "/weights")]
    [DataRow("LINUX", " ", null, "/home/a/.cache/resnet-mlnet")]
    [DataRow("OSX", null, "/caches", "/home/a/Library/Caches/resnet-mlnet")]
    [DataRow("OSX", "/weights", null, "/weights")]
    [DataRow("WINDOWS", null, null, "/home/a/resnet-mlnet")]
    public void Locate_EverySystem_FollowsItsRules(string system, string? chosen, string? xdg, string expected) =>
        Assert.AreEqual(expected, PretrainedCache.Locate(name => name == "RESNET_CACHE" ? chosen : xdg, OSPlatform.Create(system), "/home/a"));

    [TestMethod]
    public void Locate_RelativeFolder_BecomesAbsolute() =>
        Assert.AreEqual(Path.Combine(Environment.CurrentDirectory, "weights"), PretrainedCache.Locate(_ => "weights", OSPlatform.Linux, "/home/a"));

    [TestMethod]
    public void Locate_NoHome_SaysWhatToSet()
    {
        var error = Assert.ThrowsExactly<PretrainedWeightsException>(() => PretrainedCache.Locate(_ => null, OSPlatform.Linux, ""));

        Assert.AreEqual(PretrainedFailure.Disk, error.Failure);
        Assert.Contains("RESNET_CACHE", error.Message);
    }

    [TestMethod]
    public void Get_EveryRowPutThereByHandWrongly_IsRefused()
    {
        using var cache = new TemporaryCache();
        using var variable = new EnvironmentVariable(PretrainedCache.FolderVariable, cache.Folder);
        foreach (var weights in PretrainedWeights.All)
        {
            Assert.AreEqual(Path.Combine(cache.Folder, weights.FileName), PretrainedCache.PathOf(weights));
            File.WriteAllText(PretrainedCache.PathOf(weights), "abc");

            var error = Assert.ThrowsExactly<PretrainedWeightsException>(() => PretrainedCache.Get(weights));

            Assert.AreEqual(PretrainedFailure.WrongHash, error.Failure);
            Assert.Contains(PretrainedCache.PathOf(weights), error.Message);
            Assert.Contains($"begin with {weights.HashPrefix}", error.Message);
            // FIPS 180-2, appendix B.1: the SHA-256 of "abc"
            Assert.Contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", error.Message);
            Assert.Contains("Delete it", error.Message);
            Assert.AreEqual("abc", File.ReadAllText(PretrainedCache.PathOf(weights))); // the user's own to delete
        }
    }

    [TestMethod]
    public async Task Get_PutThereByHandWithoutNetwork_IsUsed()
    {
        using var cache = new TemporaryCache();
        using var variable = new EnvironmentVariable(PretrainedCache.FolderVariable, cache.Folder);
        var weights = TemporaryCache.At(new Uri($"http://127.0.0.1:1/tiny-ba7816bf.pth")); // "abc"; nobody listens on port 1
        await File.WriteAllTextAsync(PretrainedCache.PathOf(weights), "abc");
        var progress = new ProgressList();

        Assert.AreEqual(Path.Combine(cache.Folder, "tiny-ba7816bf.pth"), await PretrainedCache.GetAsync(weights, progress));
        Assert.AreEqual(Path.Combine(cache.Folder, "tiny-ba7816bf.pth"), PretrainedCache.Get(weights, progress));
        Assert.IsEmpty(progress.Reports);
        CollectionAssert.AreEqual(new[] { "tiny-ba7816bf.pth" }, cache.Names);
    }

    [TestMethod]
    public void Get_LongerHash_IsCheckedToTheEnd()
    {
        using var cache = new TemporaryCache();
        using var variable = new EnvironmentVariable(PretrainedCache.FolderVariable, cache.Folder);
        var weights = TemporaryCache.At(new Uri("http://127.0.0.1:1/tiny-ba7816bf8f01cfeb.pth")); // last digit: not "abc"
        File.WriteAllText(PretrainedCache.PathOf(weights), "abc");

        Assert.AreEqual(PretrainedFailure.WrongHash, Assert.ThrowsExactly<PretrainedWeightsException>(() => PretrainedCache.Get(weights)).Failure);
    }
}
