using System.Runtime.InteropServices;
using TorchSharp;

namespace ResNet.Torch.Runtime;

/// <summary>Work that is done in parts side by side.</summary>
internal interface IParallelWork
{
    /// <summary>Does one part; it must not throw.</summary>
    /// <param name="part">Its number, from 0.</param>
    /// <param name="parts">How many there are, at most as many as libtorch's threads.</param>
    void Do(int part, int parts);
}

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

    /// <summary>A work in the caller's frame, and what does a part of it.</summary>
    readonly struct Call(delegate*<void*, int, int, void> doPart, void* work)
    {
        public void Do(int part, int parts) => doPart(work, part, parts);
    }

    /// <summary>Does all parts of a work, and returns when they are done.</summary>
    /// <param name="work">The work, which holds nothing of the managed heap: so no call leaves anything there.</param>
    public static void Run<TWork>(TWork work) where TWork : unmanaged, IParallelWork
    {
        var call = new Call(&DoPart<TWork>, &work);
        if (parallel is null || threadNumber is null || threadCount is null)
            OnThePool((nint)(&call));
        else
            parallel(&Part, (nint)(&call), (uint)torch.get_num_threads(), 0);
    }

    static void OnThePool(nint call)
    {
        var parts = torch.get_num_threads();
        Parallel.For(0, parts, new() { MaxDegreeOfParallelism = parts }, part => ((Call*)call)->Do(part, parts));
    }

    /// <summary>A part's share of a row of things, from one place to another.</summary>
    public static (long From, long To) Share(long count, int part, int parts) => (count * part / parts, count * (part + 1) / parts);

    static void DoPart<TWork>(void* work, int part, int parts) where TWork : unmanaged, IParallelWork => ((TWork*)work)->Do(part, parts);

    [UnmanagedCallersOnly]
    static void Part(nint call) => ((Call*)call)->Do(threadNumber(), threadCount());
}
