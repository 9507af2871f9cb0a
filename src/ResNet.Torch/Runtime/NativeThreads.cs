using System.Runtime.InteropServices;
using TorchSharp;

namespace ResNet.Torch.Runtime;

/// <summary>Runs managed work on libtorch's own threads.</summary>
/// <remarks>
/// Those wait for their next work by spinning, for milliseconds after each operation of libtorch: any other thread would share a
/// core with one of them. Where libtorch is not built with an OpenMP that has GCC's interface, the pool's threads work.
/// </remarks>
internal static unsafe class NativeThreads
{
    static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> parallel =
        (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)TorchNative.Find("GOMP_parallel", "torch_cpu");
    static readonly delegate* unmanaged<int> threadNumber = (delegate* unmanaged<int>)TorchNative.Find("omp_get_thread_num", "torch_cpu");
    static readonly delegate* unmanaged<int> threadCount = (delegate* unmanaged<int>)TorchNative.Find("omp_get_num_threads", "torch_cpu");

    /// <summary>Does all parts of a work, and returns when they are done.</summary>
    /// <param name="work">Takes the number of its part and how many there are, at most as many as libtorch's threads; it must not throw.</param>
    public static void Run(Action<int, int> work)
    {
        var parts = torch.get_num_threads();
        if (parallel is null || threadNumber is null || threadCount is null)
        {
            Parallel.For(0, parts, new() { MaxDegreeOfParallelism = parts }, part => work(part, parts));
            return;
        }
        var handle = GCHandle.Alloc(work);
        try
        {
            parallel(&Part, GCHandle.ToIntPtr(handle), (uint)parts, 0);
        }
        finally
        {
            handle.Free();
        }
    }

    /// <summary>A part's share of a row of things, from one place to another.</summary>
    public static (long From, long To) Share(long count, int part, int parts) => (count * part / parts, count * (part + 1) / parts);

    [UnmanagedCallersOnly]
    static void Part(nint work) => ((Action<int, int>)GCHandle.FromIntPtr(work).Target!)(threadNumber(), threadCount());
}
