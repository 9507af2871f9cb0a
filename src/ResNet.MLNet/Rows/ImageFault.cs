namespace ResNet.MLNet.Rows;

/// <summary>Why a row has no image that can be used.</summary>
/// <param name="Column">The column of images.</param>
/// <param name="File">The image's file in parentheses, after a space; empty when it has none.</param>
/// <param name="What">The fault in words.</param>
/// <param name="Cause">The error behind it.</param>
/// <param name="CanBeSkipped">Whether <see cref="BadImagePolicy"/> decides what becomes of the row: there is no image, or none that can be decoded.</param>
internal sealed record ImageFault(string Column, string File, string What, Exception? Cause = null, bool CanBeSkipped = false)
{
    /// <summary>The error to throw for a row, counted from 0.</summary>
    public InvalidDataException At(long row) => new($"Column '{Column}', row {row}{File}: {What}.", Cause);
}
