namespace ResNet.Torch;

/// <summary>A checkpoint is damaged, belongs to another training, or cannot be written; the message says which file, and what to do.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public CheckpointException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public CheckpointException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public CheckpointException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
