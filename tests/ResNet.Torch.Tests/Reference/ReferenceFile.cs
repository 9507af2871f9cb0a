using System.Text.Json;

namespace ResNet.Torch.Tests;

/// <summary>Figures from PyTorch, embedded in the tests; each file says how it was made.</summary>
static class ReferenceFile
{
    public static JsonElement Read(string name)
    {
        using var stream = typeof(ReferenceFile).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"{name} is not embedded in the tests.");
        return JsonDocument.Parse(stream).RootElement;
    }

    public static float[] Floats(this JsonElement element, string property) =>
        [.. element.GetProperty(property).EnumerateArray().Select(x => x.GetSingle())];

    /// <summary>Largest difference, as a share of the largest expected value.</summary>
    public static double RelativeError(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        return expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / expected.Max(Math.Abs);
    }
}
