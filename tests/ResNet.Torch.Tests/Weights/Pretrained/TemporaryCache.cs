using System.Security.Cryptography;
using ResNet.Torch.Weights.Pretrained;

namespace ResNet.Torch.Tests.Weights.Pretrained;

/// <summary>A folder that goes with the test, and a file of random bytes to be fetched into it.</summary>
sealed class TemporaryCache : IDisposable
{
    public static readonly byte[] File = RandomBytes(600_000);

    public static readonly string FileName = $"tiny-{Hash(File)[..8]}.pth";

    static readonly HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };

    public string Folder { get; } = Directory.CreateTempSubdirectory("resnet-cache-").FullName;

    public string FilePath => Path.Combine(Folder, FileName);

    public string PartPath => FilePath + ".part";

    public WeightsStore Store(TimeSpan? lockTimeout = null, TimeSpan? silence = null) => new(Folder, client)
    {
        LockTimeout = lockTimeout ?? TimeSpan.FromSeconds(20),
        SilenceTimeout = silence ?? TimeSpan.FromSeconds(20),
    };

    public static PretrainedWeights At(Uri address) => new("Tiny_Weights.V1", ResNetVariant.ResNet18, address, PretrainedWeights.ResNet18_V1.Preset);

    public static PretrainedWeights From(LocalHttpServer server) => At(server.Address(FileName));

    /// <summary>Names of what lies in the folder.</summary>
    public string[] Names => [.. Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
