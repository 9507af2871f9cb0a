using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime.Gpu;

/// <summary>Batches of random bytes and sizes, and kernels that read them on a simulated GPU when their turn comes.</summary>
sealed class Batches(SimulatedGpu gpu, int seed)
{
    const int Height = 2, Width = 3, Channels = 4, MostImages = 9;

    readonly Random random = new(seed);
    int given, read;

    /// <summary>Whether each kernel that was given has run.</summary>
    public bool AreRead => given == read;

    public byte[] Next()
    {
        var bytes = new byte[random.Next(1, MostImages + 1) * Height * Width * Channels];
        random.NextBytes(bytes);
        return bytes;
    }

    public bool Chance(double share) => random.NextDouble() < share;

    public static long[] Shape(byte[] bytes) => [bytes.Length / (Height * Width * Channels), Height, Width, Channels];

    /// <summary>What a caller computes: some kernels that read the images, later.</summary>
    public int Compute(Tensor images, byte[] bytes)
    {
        CollectionAssert.AreEqual(Shape(bytes), images.shape);
        var kernels = random.Next(1, 4);
        for (var i = 0; i < kernels; i++)
        {
            given++;
            var seen = images.alias().DetachFromDisposeScope();
            gpu.Launch(() =>
            {
                using (seen)
                {
                    if (!seen.bytes.SequenceEqual(bytes))
                        gpu.Faults.Add("A kernel read other bytes than its batch's.");
                }
                Interlocked.Increment(ref read);
            });
        }
        return kernels;
    }
}
