using System.Diagnostics;
using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

/// <summary>Good image files with random damage: each is decoded, or is a typed error; nothing crashes, hangs or fills memory.</summary>
[TestClass]
public class ImageMutationTests
{
    const int MaxPixels = 1 << 20;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Read_FewHundredMutations_NeverFailsOtherwise() => Mutate(count: 800, seed: 1);

    [TestMethod]
    [TestCategory("Long")]
    public void Read_FiftyThousandMutations_NeverFailsOtherwise()
    {
        if (Environment.GetEnvironmentVariable("RESNET_LONG_TESTS") is not "1")
        {
            TestContext.WriteLine("Left out: RESNET_LONG_TESTS is not 1.");
            return;
        }
        Mutate(count: 50_000, seed: 2);
    }

    void Mutate(int count, int seed)
    {
        var random = new Random(seed);
        var preset = ImagePreset.ImageNet(8, 8) with { ResizeShorterSide = 9 };
        ImageReader[] readers =
        [
            new(preset, new() { MaxPixels = MaxPixels }),
            new(preset, new() { MaxPixels = MaxPixels, OnTruncated = TruncatedImagePolicy.Keep, Background = System.Drawing.Color.White }),
        ];
        var target = new byte[preset.ImageBytes];
        int decoded = 0, refused = 0;
        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64;
        var watch = new Stopwatch();
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < count; i++)
        {
            var mutant = Mutant(random, ImageFixture.All[i % ImageFixture.All.Count].File);
            watch.Restart();
            try
            {
                readers[i / ImageFixture.All.Count % 2].Read(mutant, target);
                decoded++;
            }
            catch (ImageDecodingException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new AssertFailedException($"Mutation {i} of seed {seed}: {Convert.ToBase64String(mutant)}", e);
            }
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            Assert.IsLessThan(30, watch.Elapsed.TotalSeconds, $"mutation {i}: {Convert.ToBase64String(mutant)}");
        }
        process.Refresh();
        TestContext.WriteLine($"{count} mutations: {decoded} decoded, {refused} refused; the slowest took {slowest.TotalMilliseconds:F0} ms, memory grew by {process.PeakWorkingSet64 - peak >> 20} MiB.");
        Assert.IsLessThan(256L << 20, process.PeakWorkingSet64 - peak);
        Assert.IsGreaterThan(count / 20, decoded);   // else the damage is so large that nothing behind the first check is met
        Assert.IsGreaterThan(count / 20, refused);
    }

    static byte[] Mutant(Random random, byte[] good)
    {
        List<byte> bytes = [.. good];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(3) == 0 ? random.Next(Math.Min(64, bytes.Count)) : random.Next(bytes.Count); // headers decide the most
            var length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(9))
            {
                case <= 2: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case <= 4: bytes[at] = (byte)random.Next(256); break;
                case 5: bytes.RemoveRange(at, Math.Min(length, bytes.Count - 1)); break;
                case 6: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length), length)); break;
                case 7: bytes.RemoveRange(at, Math.Min(bytes.Count - at, bytes.Count - 1)); break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }
        }
        return [.. bytes];
    }
}
