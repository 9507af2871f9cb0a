namespace ResNet.MLNet.Rows;

/// <summary>What reading a row came to.</summary>
/// <param name="Batch">Where the row stands among those of all cursors.</param>
/// <param name="Image">The image's number among those that were kept; −1 without one.</param>
/// <param name="Fault">Why the row has no image that can be used.</param>
/// <param name="Seen">The image's size, where it is the first that a cursor kept or differs from those that were kept.</param>
internal readonly record struct ReadRow(long Batch, int Image = -1, ImageFault? Fault = null, SeenImage? Seen = null)
{
    public bool IsUnlabelled => Image < 0 && Fault is null && Seen is null;
}

/// <summary>An image's size and file.</summary>
internal sealed record SeenImage((int Width, int Height) Size, string File);
