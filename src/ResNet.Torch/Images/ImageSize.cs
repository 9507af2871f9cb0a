namespace ResNet.Torch;

/// <summary>The size of an image.</summary>
/// <param name="Height">Height in pixels, at least 1.</param>
/// <param name="Width">Width in pixels, at least 1.</param>
public sealed record ImageSize(int Height, int Width);
