using System.Text.RegularExpressions;

namespace ResNet.Benchmarks.Sampling;

/// <summary>A part of the work, told by the names of its functions.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Library">Matches its libraries.</param>
/// <param name="Function">Matches its functions.</param>
sealed record ProcessorPart(string Name, string Library, string Function)
{
    const string Torch = "^libtorch_cpu", Compiled = "JIT|perf-|anon", Any = "";

    /// <summary>A sample is of the first part that it matches.</summary>
    public static readonly IReadOnlyList<ProcessorPart> All =
    [
        new("decoding, resizing", "^libSkia|^libjpeg", Any),
        new("decoding, resizing", Compiled, @"ResNet\.Torch\.Images|\bSkiaSharp|PlainFiles"),
        new("managed code", Compiled, @"\[|::"), // a name: .NET tells those of its methods
        new("convolutions: oneDNN's generated kernels, reorders among them", Compiled, Any),
        new("reorders", Torch, "dnnl.*reorder"),
        new("convolutions: what calls their kernels", Torch, "dnnl|mkldnn|ideep|brgemm"),
        new("matrix products", Torch, "(?i)mkl_|gemm|sgemv"),
        new("batch norm", Torch, "(?i)batch_?norm"),
        new("ReLU", Torch, "(?i)relu|clamp|threshold|max_kernel|maximum"),
        new("pooling", Torch, "(?i)pool|mean_kernel|sum_kernel|cascade_sum"),
        new("additions", Torch, "(?i)add_kernel|add_clamp"),
        new("copies and conversions", Torch, "(?i)copy|cat_|fill|convert"),
        new("copies and conversions", "^libc[.-]", "memmove|memcpy|memset"),
        new("threads waiting for one another (OpenMP)", "gomp|omp", Any),
        new("page faults", "kernel", "(?i)page|fault|folio|zap|mmap|munmap|vma|memcg|lru|tlb"),
        new("the system's other work", "kernel", Any),
        new("allocation", "^libc[.-]", "(?i)alloc|free|arena|chunk|morecore|trim|sbrk|map"),
        new(".NET itself: compiling, collecting, its libraries", @"coreclr|clrjit|clrgc|System\.|Microsoft\.|\.dll", Any),
        new("libtorch's other work", "torch|c10|LibTorchSharp", Any),
        new("the rest", Any, Any),
    ];

    public static string NameOf(Samples samples) => All.First(part => Regex.IsMatch(samples.Library, part.Library) && Regex.IsMatch(samples.Function, part.Function)).Name;
}
