namespace ResNet.Torch;

/// <summary>
/// What an exported file takes: N images of C channels. H and W are the preset's in an ONNX file; a TorchScript module takes every size that the
/// network takes. Neither resizes.
/// </summary>
public enum ExportInput
{
    /// <summary>float32 [N, C, H, W], in the preset's order of channels, (x/255 − mean)/std: its scale, mean and std are applied before.</summary>
    Normalized,

    /// <summary>
    /// [N, C, H, W], RGB, 0 to 255: scale, mean and std are in the file. float32 for an ONNX file, as ML.NET's ExtractPixels gives them; of any type for
    /// a TorchScript module.
    /// </summary>
    Pixels,

    /// <summary>uint8 [N, H, W, C], RGB, as <see cref="ImageClassifier.Score"/> takes them and decoders give them: scale, mean and std are in the file.</summary>
    InterleavedBytes,
}
