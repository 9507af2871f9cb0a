using System.Runtime.InteropServices;

namespace ResNet.Torch.Runtime;

/// <summary>Has libtorch's threads leave the processor soon when they wait for one another.</summary>
/// <remarks>
/// They are GCC's OpenMP's, which wait by spinning, for milliseconds: where something else has a processor, the thread that all others wait for may get none, as these have the rest. One
/// image through a ResNet-18 on two cores took 6.4 ms instead of 6.9 on an idle machine, in the median; on a busy one 15 to 20 instead of 22 to 296, and the slowest of 40 images 20 to 79
/// instead of 73 to 503. A training step was as fast.
/// </remarks>
internal static partial class WaitingThreads
{
    /// <summary>Some 50 µs: longer than from one operation of a forward pass to the next.</summary>
    const string Spins = "3000";

    /// <summary>To be called before libtorch is loaded: its OpenMP, which is its own copy, reads the environment then. A host that has set how threads wait keeps that.</summary>
    public static void SpinBriefly()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null)
            return;
        try
        {
            _ = setenv("GOMP_SPINCOUNT", Spins, overwrite: 0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // not glibc: threads wait as they do
        }
    }

    // .NET's own variables are a copy of the environment, which native libraries do not see.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
