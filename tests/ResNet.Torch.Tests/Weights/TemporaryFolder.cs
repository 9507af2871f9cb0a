namespace ResNet.Torch.Tests.Weights;

/// <summary>A folder of a test's own, gone with the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("resnet-weights-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string File(string name, ReadOnlySpan<byte> content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
