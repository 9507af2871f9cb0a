using System.Globalization;
using System.Runtime.InteropServices;
using ResNet.Torch.Runtime.Gpu;

namespace ResNet.Torch.Tests.Runtime.Gpu;

/// <summary>Functions with the CUDA runtime's names, which note how they are called.</summary>
sealed class CudaFunctions
{
    delegate int Write(out int value);
    delegate int Number(int value);
    delegate int Attribute(out int value, int attribute, int device);
    delegate nint Text(int error);
    delegate int Create(out nint handle, uint flags);
    delegate int Handle(nint handle);
    delegate int Handles(nint one, nint other);
    delegate int Waits(nint stream, nint mark, uint flags);
    delegate int Copies(nint to, nint from, nuint bytes, int kind, nint stream);

    static readonly nint text = Marshal.StringToCoTaskMemUTF8("an illegal memory access was encountered");

    readonly Dictionary<string, Delegate> functions;
    int device;

    public CudaFunctions() => functions = new()
    {
        ["cudaGetDevice"] = new Write((out int value) => { value = device; return 0; }),
        ["cudaSetDevice"] = new Number(value => { device = value; return Note("cudaSetDevice", value); }),
        ["cudaDeviceGetAttribute"] = new Attribute((out int value, int attribute, int of) => { value = Capability; return Note("cudaDeviceGetAttribute", attribute, of); }),
        ["cudaGetErrorString"] = new Text(_ => text),
        ["cudaStreamCreateWithFlags"] = new Create((out nint handle, uint flags) => { handle = 11; return Note("cudaStreamCreateWithFlags", flags); }),
        ["cudaStreamDestroy"] = new Handle(stream => Note("cudaStreamDestroy", stream)),
        ["cudaStreamSynchronize"] = new Handle(stream => Note("cudaStreamSynchronize", stream)),
        ["cudaStreamWaitEvent"] = new Waits((stream, mark, flags) => Note("cudaStreamWaitEvent", stream, mark, flags)),
        ["cudaEventCreateWithFlags"] = new Create((out nint handle, uint flags) => { handle = 22; return Note("cudaEventCreateWithFlags", flags); }),
        ["cudaEventDestroy"] = new Handle(mark => Note("cudaEventDestroy", mark)),
        ["cudaEventSynchronize"] = new Handle(mark => Note("cudaEventSynchronize", mark)),
        ["cudaEventRecord"] = new Handles((mark, stream) => Note("cudaEventRecord", mark, stream)),
        ["cudaMemcpyAsync"] = new Copies((to, from, bytes, kind, stream) => Note("cudaMemcpyAsync", to, from, bytes, kind, stream)),
    };

    public IEnumerable<string> Names => functions.Keys;

    public List<string> Calls { get; } = [];

    public int Capability { get; init; } = 8;

    /// <summary>The function that fails, with error 700.</summary>
    public string? Failing { get; init; }

    public CudaRuntime Runtime() => CudaRuntime.From(Find)!;

    public nint Find(string function) => Marshal.GetFunctionPointerForDelegate(functions[function]);

    int Note(string function, params object[] arguments)
    {
        Calls.Add(string.Create(CultureInfo.InvariantCulture, $"{function}({string.Join(", ", arguments)})"));
        return function == Failing ? 700 : 0;
    }
}
