namespace ResNet.Torch.Tests;

/// <summary>Data that lies beside the repository on some machines, in a folder named shared.</summary>
static class SharedData
{
    /// <summary>The path of a file in it; null when it is not there.</summary>
    public static string? Find(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ResNet.MLNet.sln")))
            folder = folder.Parent;
        return folder?.Parent is { } parent && Path.Combine(parent.FullName, "shared", name) is var path && File.Exists(path) ? path : null;
    }
}
