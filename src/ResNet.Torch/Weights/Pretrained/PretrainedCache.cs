using System.Runtime.InteropServices;
using ResNet.Torch.Weights.Pretrained;

namespace ResNet.Torch;

/// <summary>The folder of trained weights: fetched once, checked at every use, shared by every program of a user.</summary>
/// <remarks>
/// A file that was put there by hand is as good as one that was fetched. Several threads and processes may ask for the
/// same weights at the same time: one fetches, the others wait.
/// </remarks>
public static class PretrainedCache
{
    /// <summary>The environment variable that names another folder: <c>RESNET_CACHE</c>.</summary>
    public const string FolderVariable = "RESNET_CACHE";

    const string name = "resnet-mlnet";

    static readonly HttpClient client = CreateClient();

    /// <summary>
    /// The folder: <c>RESNET_CACHE</c>, or else <c>resnet-mlnet</c> in the system's place for such files:
    /// <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c> (Linux), <c>~/Library/Caches</c> (macOS), <c>%LOCALAPPDATA%</c> (Windows).
    /// </summary>
    /// <exception cref="PretrainedWeightsException">The user has no home folder and <c>RESNET_CACHE</c> is not set.</exception>
    public static string Folder => Locate(
        Environment.GetEnvironmentVariable,
        OperatingSystem.IsWindows() ? OSPlatform.Windows : OperatingSystem.IsMacOS() ? OSPlatform.OSX : OSPlatform.Linux,
        Environment.GetFolderPath(OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile));

    /// <summary>Where the file of some weights is, or would be.</summary>
    /// <exception cref="PretrainedWeightsException">There is no folder (see <see cref="Folder"/>).</exception>
    public static string PathOf(PretrainedWeights weights) => Store().PathOf(weights);

    /// <summary>Finds the file of some weights, or fetches it.</summary>
    /// <param name="weights">A row of <see cref="PretrainedWeights.All"/>, or one of the caller's own.</param>
    /// <param name="progress">Told of the download; not at all when the file is there already.</param>
    /// <param name="cancellationToken">Ends the waiting or the download; what has come is kept for the next call.</param>
    /// <returns>Path of the file, whose SHA-256 begins as the row says.</returns>
    /// <exception cref="PretrainedWeightsException">
    /// The file could neither be found nor fetched, or is another than the row's; see <see cref="PretrainedFailure"/>.
    /// </exception>
    public static async Task<string> GetAsync(PretrainedWeights weights, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        await Store().GetAsync(weights, progress, cancellationToken).ConfigureAwait(false);

    /// <summary>Finds the file of some weights, or fetches it, and blocks until it is there.</summary>
    /// <inheritdoc cref="GetAsync" path="/param"/>
    /// <inheritdoc cref="GetAsync" path="/returns"/>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    public static string Get(PretrainedWeights weights, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        GetAsync(weights, progress, cancellationToken).GetAwaiter().GetResult();

    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="system">Whose rules apply.</param>
    /// <param name="home">The home folder; on Windows, the user's folder for local application data.</param>
    internal static string Locate(Func<string, string?> variable, OSPlatform system, string home)
    {
        if (variable(FolderVariable) is { } chosen && !string.IsNullOrWhiteSpace(chosen))
            return Path.GetFullPath(chosen);
        // XDG Base Directory Specification: a relative path is to be ignored
        if (system == OSPlatform.Linux && variable("XDG_CACHE_HOME") is { } caches && Path.IsPathFullyQualified(caches))
            return Path.Combine(caches, name);
        if (home.Length == 0)
            throw new PretrainedWeightsException(PretrainedFailure.Disk, $"There is no home folder to keep weights in. Set the environment variable {FolderVariable} to a folder that can be written.");
        return system == OSPlatform.Windows ? Path.Combine(home, name)
            : system == OSPlatform.OSX ? Path.Combine(home, "Library", "Caches", name)
            : Path.Combine(home, ".cache", name);
    }

    static WeightsStore Store() => new(Folder, client);

    static HttpClient CreateClient()
    {
        // A whole file may take hours: the store itself watches for silence.
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30), PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("resnet-mlnet");
        return client;
    }
}
