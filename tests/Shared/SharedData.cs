namespace ResNet.Torch.Tests;

/// <summary>Data that lies beside the repository on some machines, in a folder named shared.</summary>
static class SharedData
{
    /// <summary>The path of a file in it; null when it is not there.</summary>
    public static string? Find(string name) =>
        Repository.Root?.Parent is { } parent && Path.Combine(parent.FullName, "shared", name) is var path && File.Exists(path) ? path : null;
}
