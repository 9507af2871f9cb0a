namespace ResNet.Torch;

/// <summary>libtorch or TorchSharp's native library could not be loaded; the message says which, why, and what to install.</summary>
public sealed class TorchRuntimeException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public TorchRuntimeException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public TorchRuntimeException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the loader's own error.</summary>
    public TorchRuntimeException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
