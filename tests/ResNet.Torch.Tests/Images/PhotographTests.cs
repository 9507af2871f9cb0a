using System.Text.Json;

namespace ResNet.Torch.Tests.Images;

/// <summary>Real photographs: colour, grey, CMYK and turned JPEGs, PNGs.</summary>
[TestClass]
public class PhotographTests
{
    public TestContext TestContext { get; set; } = null!;

    // Decoders may differ by a little.
    [TestMethod]
    public void ReadFile_Photographs_GivesWhatPillowAndTorchvisionDo()
    {
        if (SharedData.Find("reference/photos-preprocess.json") is not { } reference)
        {
            TestContext.WriteLine("Left out: shared/reference/photos-preprocess.json and shared/data/photos are not beside the repository.");
            return;
        }
        using var figures = JsonDocument.Parse(File.ReadAllBytes(reference));
        var (samples, near, exact, photos) = (0, 0, 0, 0);
        foreach (var photo in figures.RootElement.GetProperty("photos").EnumerateArray())
        {
            var name = photo.GetProperty("file").GetString()!;
            var pixels = ImagePresets.TorchvisionV1.ReadFile(SharedData.Find($"data/photos/{name}") ?? throw new FileNotFoundException(name));

            int[] grid = [.. photo.GetProperty("grid").EnumerateArray().Select(v => v.GetInt32())];
            var expected = photo.GetProperty("rgb").EnumerateArray().SelectMany(row => row.EnumerateArray()).SelectMany(pixel => pixel.EnumerateArray()).Select(v => v.GetInt32());
            var actual = grid.SelectMany(y => grid.SelectMany(x => pixels.Skip((y * 224 + x) * 3).Take(3)));
            int[] differences = [.. expected.Zip(actual, (e, a) => Math.Abs(e - a))];
            Assert.IsGreaterThanOrEqualTo(0.99, differences.Average(d => d <= 3 ? 1.0 : 0), name);
            for (var c = 0; c < 3; c++)
                Assert.AreEqual(photo.GetProperty("mean")[c].GetDouble(), pixels.Where((_, i) => i % 3 == c).Average(v => v), 0.5, name);
            (photos, samples, near, exact) = (photos + 1, samples + differences.Length, near + differences.Count(d => d <= 3), exact + differences.Count(d => d == 0));
        }
        TestContext.WriteLine($"{photos} photographs, {samples} samples: {near} within 3 of 255, {exact} equal.");
        Assert.IsGreaterThan(40, photos);
    }
}
