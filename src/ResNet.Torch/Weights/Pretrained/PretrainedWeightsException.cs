namespace ResNet.Torch;

/// <summary>Why weights could not be had.</summary>
public enum PretrainedFailure
{
    /// <summary>Nothing that the other reasons name.</summary>
    Other,

    /// <summary>No connection: no network, no such server, a refused or failed connection.</summary>
    Unreachable,

    /// <summary>The server answered, but not with the file: 404, 403, 503 and others.</summary>
    Refused,

    /// <summary>The connection ended before the file did. What had come is kept, and the next call goes on from there.</summary>
    Interrupted,

    /// <summary>Nothing came for too long. What had come is kept, and the next call goes on from there.</summary>
    TimedOut,

    /// <summary>The file is another than the table's: its hash differs.</summary>
    WrongHash,

    /// <summary>The cache could not be read or written: no room, no permission.</summary>
    Disk,

    /// <summary>Another process was fetching the same file for too long.</summary>
    Locked,
}

/// <summary>Trained weights could not be had; the message says which, why, and what to do.</summary>
public sealed class PretrainedWeightsException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public PretrainedWeightsException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public PretrainedWeightsException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the error behind it.</summary>
    public PretrainedWeightsException(string message, Exception innerException) : base(message, innerException)
    {
    }

    internal PretrainedWeightsException(PretrainedFailure failure, string message, Exception? innerException = null) : base(message, innerException) =>
        Failure = failure;

    /// <summary>The reason, for a program to act on.</summary>
    public PretrainedFailure Failure { get; }
}
