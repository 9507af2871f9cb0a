using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using ResNet.Torch;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests;

/// <summary>The examples that read files: what they find in good ones, and say of others.</summary>
[TestClass]
public class ExampleTests
{
    public required TestContext TestContext { get; init; }

    static void WriteIdx(string path, int magic, int count, int valuesPerItem, Func<int, byte> value)
    {
        using var file = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        Span<byte> header = stackalloc byte[valuesPerItem == 1 ? 8 : 16];
        BinaryPrimitives.WriteInt32BigEndian(header, magic);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], count);
        file.Write(header);
        for (var i = 0; i < count * valuesPerItem; i++)
            file.WriteByte(value(i));
    }

    [TestMethod]
    public void FashionMnist_OnFilesOfItsFormat_PrintsEpochsAndSavesTheNetwork()
    {
        using var folder = new TemporaryFolder();
        foreach (var (part, count) in new[] { ("train", 40), ("t10k", 20) })
        {
            WriteIdx(folder.File($"{part}-labels-idx1-ubyte.gz"), 0x801, count, 1, i => (byte)(i % 10));
            WriteIdx(folder.File($"{part}-images-idx3-ubyte.gz"), 0x803, count, 28 * 28, i => (byte)(i / 784 % 10 * 25));
        }
        var saved = folder.File("network.safetensors");

        var (exitCode, output, error) = ExampleProgram.Run("fashion-mnist.cs", folder.Path, "--data", folder.Path, "--epochs", "2", "--batch-size", "20", "--out", saved);

        Assert.AreEqual(0, exitCode, error);
        var lines = output.Trim().Split('\n');
        StringAssert.Matches(lines[0], new(@"epoch 1/2  loss \d\.\d{4}  accuracy [01]\.\d{4}  validation accuracy [01]\.\d{4}  \d+ s"));
        StringAssert.Matches(lines[^1], new(@"^test accuracy [01]\.\d{4} on 20 images"));
        using var classifier = ImageClassifier.Load(saved);
        Assert.AreEqual("Ankle boot", classifier.ClassNames[9]);
        Assert.HasCount(10, classifier.Score(new byte[28 * 28]));
    }

    [TestMethod]
    public void FashionMnist_RealFiles_LearnsFromTheFirstThousands()
    {
        if (!Directory.Exists("/usr/share/datasets/fashion-mnist"))
        {
            TestContext.WriteLine("Left out: Debian's package dataset-fashion-mnist is not installed.");
            return;
        }
        using var folder = new TemporaryFolder();

        var (exitCode, output, error) = ExampleProgram.Run("fashion-mnist.cs", folder.Path, "--limit", "3000", "--epochs", "2", "--batch-size", "64", "--out", folder.File("network.safetensors"));

        Assert.AreEqual(0, exitCode, error);
        var accuracy = double.Parse(output.Trim().Split('\n')[^1].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.IsGreaterThan(0.7, accuracy, output); // ten classes: 0.1 by chance
    }

    [TestMethod]
    public void FashionMnist_DownloadOfOtherBytes_IsRefusedAndNotKept()
    {
        using var folder = new TemporaryFolder();
        using var server = new HttpListener();
        var address = $"http://127.0.0.1:{FreePort()}/";
        server.Prefixes.Add(address);
        server.Start();
        _ = Task.Run(async () =>
        {
            var context = await server.GetContextAsync();
            context.Response.Close("not the file"u8.ToArray(), willBlock: true);
        });

        var (exitCode, _, error) = ExampleProgram.Run("fashion-mnist.cs", folder.Path, "--source", address);

        Assert.AreEqual(1, exitCode);
        Assert.Contains($"{address}train-images-idx3-ubyte.gz: the SHA-256 is", error);
        Assert.IsEmpty(Directory.GetFiles(Path.Combine(folder.Path, "fashion-mnist")));
    }

    [TestMethod]
    public void FashionMnist_NoNetwork_NamesAddressAndFolder()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, _, error) = ExampleProgram.Run("fashion-mnist.cs", folder.Path, "--source", $"http://127.0.0.1:{FreePort()}/");

        Assert.AreEqual(1, exitCode);
        Assert.Contains("train-images-idx3-ubyte.gz could not be read", error);
        Assert.Contains(Path.Combine(folder.Path, "fashion-mnist"), error);
    }

    [TestMethod]
    public void ImageSearch_FolderOfThreeKinds_FindsThoseOfTheSameKindFirst()
    {
        using var images = TestImages.Files(perClass: 4, size: 24);
        using var folder = new TemporaryFolder();
        using (var classifier = new ImageClassifier(ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, 2), ImagePreset.ImageNet(32, 32), ["a", "b"]))
            classifier.Save(folder.File("model"));
        File.WriteAllText(images.File("top", "broken.png"), "no image");

        var (exitCode, output, error) = ExampleProgram.Run("image-search.cs", folder.Path, images.Path, images.File("right", "02.png"), "--top", "3", "--model", folder.File("model"));

        Assert.AreEqual(0, exitCode, error);
        var lines = output.Trim().Split('\n').Select(line => line.Trim().Split("  ")).ToList();
        CollectionAssert.AreEquivalent(new[] { "00.png", "01.png", "03.png" }.Select(name => Path.Combine("right", name)).ToArray(), lines.Select(line => line[1]).ToArray(), output);
        CollectionAssert.AreEqual(lines.Select(line => line[0]).OrderDescending().ToList(), lines.Select(line => line[0]).ToList());
    }

    [TestMethod]
    public void ImageSearch_QueryThatIsNoImage_IsNamed()
    {
        using var images = TestImages.Files(perClass: 1);
        using var folder = new TemporaryFolder();
        using (var classifier = new ImageClassifier(new ResidualNetwork(ResNetVariant.ResNet20, 2), ImagePreset.ImageNet(32, 32), ["a", "b"]))
            classifier.Save(folder.File("model"));

        var (exitCode, _, error) = ExampleProgram.Run("image-search.cs", folder.Path, images.Path, folder.File("none.png"), "--model", folder.File("model"));

        Assert.AreEqual(1, exitCode);
        Assert.Contains($"{folder.File("none.png")} is not an image that can be read", error);
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
