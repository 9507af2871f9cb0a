using ResNet.Torch.Weights;

namespace ResNet.Torch.Tests.Weights;

[TestClass]
public sealed class AtomicFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Target => Path.Combine(folder.Path, "file");

    string[] Names => [.. Directory.GetFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [TestMethod]
    public void Write_LeftoversOfTheSameFile_AreRemoved_AndNothingElse()
    {
        var id = $"{Guid.NewGuid():N}";
        string[] others = ["file.old.tmp", "file.tmp", $"file.{id}", $"file.{id}.tmp2", $"file2.{id}.tmp", $"other.{id}.tmp"];
        foreach (var name in others.Append($"file.{id}.tmp"))
            File.SetLastWriteTimeUtc(folder.File(name, "left"u8), DateTime.UtcNow.AddSeconds(-2));

        AtomicFile.Write(Target, stream => stream.Write("new"u8));

        CollectionAssert.AreEqual(others.Append("file").Order(StringComparer.Ordinal).ToArray(), Names);
        Assert.AreEqual("new", File.ReadAllText(Target));
    }

    [TestMethod]
    public void Write_ThrowingHalfway_KeepsTheOldFileAndLeavesNothing()
    {
        AtomicFile.Write(Target, stream => stream.Write("old"u8));

        Assert.ThrowsExactly<InvalidOperationException>(() => AtomicFile.Write(Target, stream =>
        {
            stream.Write("new"u8);
            throw new InvalidOperationException();
        }));

        CollectionAssert.AreEqual(new[] { "file" }, Names);
        Assert.AreEqual("old", File.ReadAllText(Target));
    }

    [TestMethod]
    public void Write_OneFileByManyAtOnce_NeverFailsAndIsAlwaysWhole()
    {
        const int length = 10_000;
        AtomicFile.Write(Target, stream => stream.Write(new byte[length]));

        Parallel.For(0, 4, writer =>
        {
            var content = new byte[length];
            content.AsSpan().Fill((byte)writer);
            for (var i = 0; i < 300; i++)
            {
                AtomicFile.Write(Target, stream =>
                {
                    stream.Write(content.AsSpan(0, length / 2));
                    stream.Write(content.AsSpan(length / 2));
                });
                var read = File.ReadAllBytes(Target);
                Assert.HasCount(length, read);
                Assert.AreEqual(-1, read.AsSpan().IndexOfAnyExcept(read[0]));
            }
        });

        CollectionAssert.AreEqual(new[] { "file" }, Names);
    }

    public void Dispose() => folder.Dispose();
}
