using ResNet.Torch;

namespace ResNet.MLNet.Rows;

/// <summary>A row's image, kept for a thread that reads it when its row is gone: a path, a file's bytes, or pixels.</summary>
internal abstract class KeptImage
{
    /// <summary>Reads the image, once.</summary>
    /// <param name="preset">What it becomes; the same for all images.</param>
    /// <param name="target"><see cref="ImagePreset.ScoredBytes"/> bytes.</param>
    /// <returns>Null, or why there is none.</returns>
    public abstract ImageFault? ReadOnce(ImagePreset preset, Span<byte> target);
}
