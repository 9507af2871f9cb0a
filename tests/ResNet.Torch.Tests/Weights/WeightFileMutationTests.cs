using System.Diagnostics;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Weights;

/// <summary>Good files with random damage: each still opens, or is a typed error; nothing crashes, hangs or fills memory.</summary>
[TestClass]
public sealed class WeightFileMutationTests : IDisposable
{
    static readonly string[] fixtures =
    [
        "training-zip-protocol2.pth", "training-zip-protocol4.pth", "training-legacy-protocol2.pth", "training-legacy-protocol4.pth",
        "views-zip.pth", "views-legacy.pth", "types-zip.pth", "types-legacy.pth", "model-zip64.pth",
    ];

    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public void Open_FewHundredMutations_NeverFailsOtherwise() => Mutate(count: 400, seed: 1);

    [TestMethod]
    [TestCategory("Long")]
    public void Open_TwentyThousandMutations_NeverFailsOtherwise()
    {
        if (Environment.GetEnvironmentVariable("RESNET_LONG_TESTS") is not "1")
        {
            TestContext.WriteLine("Left out: RESNET_LONG_TESTS is not 1.");
            return;
        }
        Mutate(count: 20_000, seed: 2);
    }

    void Mutate(int count, int seed)
    {
        var random = new Random(seed);
        byte[][] good = [.. fixtures.Select(Fixture.Bytes), SafeTensorsFile()];
        int opened = 0, refused = 0;
        var watch = new Stopwatch();
        for (var i = 0; i < count; i++)
        {
            var mutant = Mutant(random, good[i % good.Length]);
            var path = folder.File("mutant", mutant);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
            try
            {
                using var scope = NewDisposeScope();
                using var file = WeightFile.Open(path);
                foreach (var name in file.Tensors.Keys)
                    file.Read(name);
                opened++;
            }
            catch (WeightFormatException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new AssertFailedException($"Mutation {i} of seed {seed}: {Convert.ToBase64String(mutant)}", e);
            }
            Assert.IsLessThan(30, watch.Elapsed.TotalSeconds, $"mutation {i}");
            Assert.IsLessThan(100L << 20, GC.GetAllocatedBytesForCurrentThread() - allocated, $"mutation {i}");
        }
        TestContext.WriteLine($"{count} mutations: {opened} opened, {refused} refused.");
        Assert.IsGreaterThan(count / 20, opened);   // else the damage is so large that nothing behind the first check is met
        Assert.IsGreaterThan(count / 20, refused);
    }

    static byte[] Mutant(Random random, byte[] good)
    {
        List<byte> bytes = [.. good];
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(10))
            {
                case <= 3: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case <= 5: bytes[at] = (byte)random.Next(256); break;
                case 6: bytes.RemoveRange(at, Math.Min(length, bytes.Count - 1)); break;
                case 7: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length), length)); break;
                case 8: bytes.RemoveRange(at, Math.Min(bytes.Count - at, bytes.Count - 1)); break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }
        }
        return [.. bytes];
    }

    byte[] SafeTensorsFile()
    {
        using var scope = NewDisposeScope();
        var path = folder.File("good.safetensors");
        SafeTensors.Write(
            path,
            new Dictionary<string, Tensor> { ["a"] = arange(6, dtype: ScalarType.Float32).reshape(2, 3), ["b"] = ones(3, dtype: ScalarType.Int64), ["c"] = zeros(0) },
            new Dictionary<string, string> { ["note"] = "good" });
        return File.ReadAllBytes(path);
    }
}
