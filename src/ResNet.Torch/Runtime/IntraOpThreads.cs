using TorchSharp;

namespace ResNet.Torch.Runtime;

/// <summary>How many threads libtorch divides an operation between, for a single thread: <c>torch.set_num_threads</c> sets it for the whole process, which is the program's own affair.</summary>
/// <remarks>
/// libtorch divides its work by OpenMP, which keeps that number thread by thread. libtorch sets it at a thread's first use, so that comes first. MKL, which
/// it multiplies matrices with, has such a number of its own once the program has called <c>torch.set_num_threads</c>.
/// </remarks>
internal static unsafe class IntraOpThreads
{
    static readonly nint openMP = TorchNative.Find("omp_set_num_threads", "torch_cpu", "libiomp5md", "libomp");
    static readonly nint mkl = TorchNative.Find("MKL_Set_Num_Threads_Local", "torch_cpu");
    static readonly Lazy<bool> canBeOne = new(TryOnThreadOfItsOwn);

    /// <summary>Whether <see cref="TryUseOne"/> works in this process; not where libtorch has another back end than OpenMP.</summary>
    public static bool CanBeOne => canBeOne.Value;

    /// <summary>Makes libtorch do the work of the calling thread on that thread alone, for as long as the thread lives. Other threads are as they were.</summary>
    /// <returns>False, and nothing changed, where that cannot be had.</returns>
    public static bool TryUseOne()
    {
        TorchRuntime.Load();
        _ = torch.get_num_threads();
        if (openMP == 0)
            return false;
        ((delegate* unmanaged<int, void>)openMP)(1);
        if (torch.get_num_threads() != 1)
            return false;
        if (mkl != 0)
            _ = ((delegate* unmanaged<int, int>)mkl)(1);
        return true;
    }

    static bool TryOnThreadOfItsOwn()
    {
        var isOne = false;
        var thread = new Thread(() => isOne = TryUseOne()) { IsBackground = true, Name = "libtorch threads" };
        thread.Start();
        thread.Join();
        return isOne;
    }
}
