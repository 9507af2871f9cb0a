namespace ResNet.Torch;

/// <summary>A weight file is damaged, hostile or of a kind that is not read; the message says which file, what is wrong and where.</summary>
public sealed class WeightFormatException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public WeightFormatException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public WeightFormatException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public WeightFormatException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
