using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Runtime;

/// <summary>Functions of libtorch, of what it brings along, and of TorchSharp's native library, that TorchSharp's managed one does not offer.</summary>
internal static unsafe class TorchNative
{
    static readonly delegate* unmanaged<nint, nint> data = (delegate* unmanaged<nint, nint>)Export("THSTensor_data", "LibTorchSharp");

    /// <summary>The address of a function of the first of the libraries that has it, or of those that it was linked with; 0 where none does.</summary>
    public static nint Find(string function, params ReadOnlySpan<string> libraries)
    {
        TorchRuntime.Load();
        foreach (var library in libraries)
        {
            if (NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out var handle) && NativeLibrary.TryGetExport(handle, function, out var address))
                return address;
        }
        return 0;
    }

    static nint Export(string function, string library) => Find(function, library) is not 0 and var address
        ? address
        : throw new EntryPointNotFoundException($"{library} has no {function}: TorchSharp is of another version than this library was built for.");

    /// <summary>Where a tensor's first element lies, valid as long as the tensor is.</summary>
    public static nint Data(Tensor tensor) => data(tensor.Handle);
}
