using ResNet.Cli.Predicting;

namespace ResNet.Cli.Tests.Predicting;

[TestClass]
public class ShardTests
{
    [TestMethod]
    public void Of_ThreeShards_DealsThePathsOutInTurn()
    {
        string[] paths = ["a", "b", "c", "d", "e", "f", "g"];

        CollectionAssert.AreEqual(new[] { "a", "d", "g" }, Shard.Parse("1/3").Of(paths.ToAsyncEnumerable()).ToBlockingEnumerable().ToArray());
        CollectionAssert.AreEqual(new[] { "b", "e" }, Shard.Parse("2/3").Of(paths.ToAsyncEnumerable()).ToBlockingEnumerable().ToArray());
        CollectionAssert.AreEqual(new[] { "c", "f" }, Shard.Parse("3/3").Of(paths.ToAsyncEnumerable()).ToBlockingEnumerable().ToArray());
        CollectionAssert.AreEqual(paths, Shard.Parse(null).Of(paths.ToAsyncEnumerable()).ToBlockingEnumerable().ToArray());
    }

    [TestMethod]
    public void Lines_WindowsEndsEmptyLinesAndUtf8_GiveThePaths()
    {
        using var stream = new MemoryStream([0xEF, 0xBB, 0xBF, .. "a b.png\r\n\n\r\nzwölf/写真.png\n last"u8]);

        CollectionAssert.AreEqual(new[] { "a b.png", "zwölf/写真.png", " last" }, ImagePaths.Lines(stream).ToBlockingEnumerable().ToArray());
    }
}
