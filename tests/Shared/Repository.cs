namespace ResNet.Torch.Tests;

/// <summary>The checkout that the tests were built from.</summary>
static class Repository
{
    /// <summary>Its folder; null when the tests run elsewhere.</summary>
    public static DirectoryInfo? Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ResNet.MLNet.sln")))
                folder = folder.Parent;
            return folder;
        }
    }
}
