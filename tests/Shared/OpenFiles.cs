namespace ResNet.Torch.Tests;

/// <summary>The files that this process holds open, with those that have lost their name.</summary>
static class OpenFiles
{
    /// <summary>How many have a name with <paramref name="part"/> in it; null where the system does not tell.</summary>
    public static int? Count(string part) => !OperatingSystem.IsLinux() ? null : Directory.GetFiles("/proc/self/fd").Count(file =>
    {
        try
        {
            return new FileInfo(file).LinkTarget?.Contains(part, StringComparison.Ordinal) ?? false;
        }
        catch (IOException)
        {
            return false; // closed since it was listed
        }
    });
}
