using System.Runtime.InteropServices;

namespace ResNet.Torch.Runtime;

/// <summary>Lets glibc keep the memory of large activations between steps instead of giving it back and asking again.</summary>
internal static partial class NativeAllocator
{
    const int MmapThreshold = -3;
    const int TrimThreshold = -1;
    const int TopPad = -2;
    const int OneGibibyte = 1 << 30;
    const int TwoHeaps = 128 << 20;

    /// <summary>
    /// By default glibc maps and unmaps every block above 32 MiB, and the kernel clears each page anew: without it
    /// training a ResNet-18 ran 1.1 to 1.4 times as fast. A host that has set thresholds of its own keeps them.
    /// </summary>
    /// <remarks>
    /// Threads other than the first have heaps of 64 MiB at most, which are given back when nothing is left in them, unless the padding is two of them or more: training a ResNet-50 there ran 1.07
    /// times as fast with it. The padding is address space; memory is what is written to. Larger blocks are still mapped in those threads: glibc has no other place for them.
    /// </remarks>
    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux() || IsSetByHost("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"))
            return;
        try
        {
            _ = mallopt(MmapThreshold, OneGibibyte);
            _ = mallopt(TrimThreshold, OneGibibyte);
            _ = mallopt(TopPad, TwoHeaps);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // not glibc: nothing to set
        }
    }

    static bool IsSetByHost(params ReadOnlySpan<string> variables)
    {
        foreach (var variable in variables)
        {
            if (Environment.GetEnvironmentVariable(variable) is not null)
                return true;
        }
        return false;
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
