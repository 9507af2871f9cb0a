namespace ResNet.Torch.Tests.Weights;

/// <summary>The checkpoints that PyTorch wrote; Fixtures/README.md says what is in them.</summary>
static class Fixture
{
    public static byte[] Bytes(string name)
    {
        using var stream = typeof(Fixture).Assembly.GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"{name} is not embedded in the tests.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
