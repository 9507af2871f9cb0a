using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResNet.Torch.Runtime;

/// <summary>A step of libtorch's backward pass that is managed code. It may be used again once <see cref="Released"/> was called.</summary>
/// <remarks>
/// TorchSharp's own custom functions keep a second tensor of the size of each result, and every gradient until the whole graph is
/// freed; this one keeps what its step needs, until that has run.
/// </remarks>
internal abstract unsafe class AutogradNode
{
    const int MostInputs = 4;

    /// <summary>Native: a strong reference to a node, and a weak one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Handle
    {
        public nint Shared, Weak;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct TensorArray
    {
        public nint Items;
        public long Count;
    }

    delegate TensorArray Apply(nint gradients, int count);

    delegate void Delete();

    static readonly delegate* unmanaged<nint, nint, Handle> create = (delegate* unmanaged<nint, nint, Handle>)TorchNative.Export("THSAutograd_CSharpNode_ctor");
    static readonly delegate* unmanaged<Handle, TensorArray, byte, void> setNextEdges = (delegate* unmanaged<Handle, TensorArray, byte, void>)TorchNative.Export("THSAutograd_CSharpNode_setNextEdges");
    static readonly delegate* unmanaged<TensorArray, TensorArray, TensorArray, TensorArray, Handle, delegate* unmanaged<nuint, nint>, void> wrapOutputs =
        (delegate* unmanaged<TensorArray, TensorArray, TensorArray, TensorArray, Handle, delegate* unmanaged<nuint, nint>, void>)TorchNative.Export("THSAutograd_Function_wrapOutputs");
    static readonly delegate* unmanaged<Handle, void> disposeShared = (delegate* unmanaged<Handle, void>)TorchNative.Export("THSAutograd_CSharpNode_disposeSharedPtr");
    static readonly delegate* unmanaged<Handle, void> disposeWeak = (delegate* unmanaged<Handle, void>)TorchNative.Export("THSAutograd_CSharpNode_disposeWeakPtr");

    /// <summary>Where native code writes the tensor that it has made part of the graph.</summary>
    [ThreadStatic]
    static nint* attached;

    /// <summary>What the thread's last node gave back: libtorch copies it after the call.</summary>
    [ThreadStatic]
    static AutogradNode? last;

    // Native code calls them: from Attach until OnDelete the garbage collector must see somebody who has them.
    GCHandle self;
    readonly Apply apply;
    readonly Delete delete;
    readonly Tensor?[] results = new Tensor?[MostInputs];
    readonly nint[] resultHandles = GC.AllocateArray<nint>(MostInputs, pinned: true);
    Handle handle;
    int inputCount;

    protected AutogradNode()
    {
        apply = OnApply;
        delete = OnDelete;
    }

    /// <summary>Makes a result part of the graph.</summary>
    /// <param name="result">What was computed without a graph; it is disposed.</param>
    /// <param name="inputs">What it was computed from, in the order of <see cref="Backward"/>'s gradients.</param>
    /// <returns>The same values, in the current scope.</returns>
    protected Tensor Attach(Tensor result, ReadOnlySpan<Tensor> inputs)
    {
        inputCount = inputs.Length;
        var variables = stackalloc nint[MostInputs];
        for (var i = 0; i < inputs.Length; i++)
            variables[i] = inputs[i].Handle;
        var output = result.Handle;
        attached = attached is null ? (nint*)NativeMemory.AllocZeroed((nuint)sizeof(nint)) : attached;
        var (sources, none) = (new TensorArray { Items = (nint)variables, Count = inputCount }, default(TensorArray));
        self = GCHandle.Alloc(this);
        handle = create(Marshal.GetFunctionPointerForDelegate(apply), Marshal.GetFunctionPointerForDelegate(delete));
        setNextEdges(handle, sources, 1);
        wrapOutputs(sources, none, none, new() { Items = (nint)(&output), Count = 1 }, handle, &Allocate);
        disposeShared(handle);
        CheckForErrors();
        GC.KeepAlive(result);
        result.Dispose();
        return Tensor.UnsafeCreateTensor(*attached);
    }

    /// <summary>The gradients of the inputs.</summary>
    /// <param name="gradient">That of the result.</param>
    /// <param name="gradients">To be filled; null for none.</param>
    protected abstract void Backward(Tensor gradient, Span<Tensor?> gradients);

    /// <summary>The graph is freed.</summary>
    protected abstract void Released();

    [UnmanagedCallersOnly]
    static nint Allocate(nuint count) => (nint)attached; // there is one result

    TensorArray OnApply(nint gradients, int count)
    {
        last?.FreeResults();
        last = this;
        try
        {
            using var gradient = Tensor.UnsafeCreateTensor(*(nint*)gradients);
            Backward(gradient, results.AsSpan(0, inputCount));
            for (var i = 0; i < inputCount; i++)
                resultHandles[i] = results[i]?.DetachFromDisposeScope().Handle ?? 0;
            return new() { Items = Marshal.UnsafeAddrOfPinnedArrayElement(resultHandles, 0), Count = inputCount };
        }
        catch (Exception e) when (e is ExternalException or OutOfMemoryException or InvalidOperationException)
        {
            return default; // no exception may cross native code: libtorch finds that gradients are missing, and says so
        }
    }

    void OnDelete()
    {
        FreeResults();
        disposeWeak(handle);
        self.Free();
        Released();
    }

    void FreeResults()
    {
        foreach (var result in results)
            result?.Dispose();
        Array.Clear(results);
    }
}
