using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Runtime;

/// <summary>What TorchSharp's native library exports and its managed one keeps to itself.</summary>
internal static unsafe class TorchNative
{
    static readonly nint library = NativeLibrary.Load(TorchRuntime.Loaded("LibTorchSharp"), typeof(torch).Assembly, null);
    static readonly delegate* unmanaged<nint, nint> data = (delegate* unmanaged<nint, nint>)Export("THSTensor_data");

    /// <summary>The address of a function.</summary>
    /// <exception cref="EntryPointNotFoundException">TorchSharp is of another version than this library was built for.</exception>
    public static nint Export(string name) => NativeLibrary.GetExport(library, name);

    /// <summary>Where a tensor's first element lies, valid as long as the tensor is.</summary>
    public static nint Data(Tensor tensor) => data(tensor.Handle);
}
