using ResNet.Torch.Inference;

namespace ResNet.Torch;

/// <content>A classifier in files: its own, others' formats, and pretrained ones.</content>
public sealed partial class ImageClassifier
{
    /// <summary>Writes the weights by torchvision's names, the preset, the class names and the training's history to one safetensors file.</summary>
    /// <param name="path">The file, in a folder that is there; it is replaced if there is one. It appears when it is whole, or not at all.</param>
    /// <remarks>Class names come back as they are; what is no Unicode in them (half a surrogate pair) comes back as U+FFFD.</remarks>
    /// <exception cref="IOException">The file could not be written; nothing is left of it.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a folder, or may not be written.</exception>
    /// <exception cref="NotSupportedException">The network is no row of the table, but one of your own.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void Save(string path)
    {
        using var lease = Borrow();
        ClassifierFile.Write(path, this);
    }

    /// <summary>Writes the classifier as an ONNX file, with its preset and class names as metadata, for any program that runs ONNX.</summary>
    /// <inheritdoc cref="OnnxExport.ExportOnnx(ResidualNetwork, string, ImagePreset, OnnxExportOptions?)"/>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void ExportOnnx(string path, OnnxExportOptions? options = null)
    {
        using var lease = Borrow();
        OnnxExport.Write(path, Network, Preset, ClassNames, options ?? new());
    }

    /// <summary>Writes the classifier as ONNX in the form that ML.NET's OnnxTransformer reads from its columns: what ExtractPixels gives with an offset of −1, in; one image's logits, or pooled features of a stage, out.</summary>
    internal void ExportOnnxForMLNet(string path, string inputColumn, string outputColumn, int? featuresOf = null) => ExportOnnx(path, new()
    {
        Input = ExportInput.Pixels,
        TakesOffsetRgb = true,
        BatchSize = 1,
        HasBatchDimension = false,
        InputName = inputColumn,
        OutputName = outputColumn,
        OnlyFeaturesOf = featuresOf,
    });

    /// <summary>Writes the classifier as a TorchScript archive, with its preset and class names beside the program, for any program that runs <c>torch.jit.load</c>.</summary>
    /// <inheritdoc cref="TorchScriptExport.ExportTorchScript(ResidualNetwork, string, ImagePreset, TorchScriptExportOptions?)"/>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void ExportTorchScript(string path, TorchScriptExportOptions? options = null)
    {
        using var lease = Borrow();
        TorchScriptExport.Write(path, Network, Preset, ClassNames, options ?? new());
    }

    /// <summary>Reads a classifier that <see cref="Save"/> wrote.</summary>
    /// <returns>The classifier, which the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="WeightFormatException">The file is damaged, or holds something else; the message says what.</exception>
    /// <exception cref="WeightMismatchException">The weights are not those of the network that the file names.</exception>
    public static ImageClassifier Load(string path) => ClassifierFile.Read(path);

    /// <summary>A classifier with trained weights, which are fetched once (<see cref="PretrainedCache"/>).</summary>
    /// <param name="weights">A row of <see cref="PretrainedWeights.All"/>, or one of the caller's own.</param>
    /// <param name="progress">Told of the download; not at all when the file is there already.</param>
    /// <param name="cancellationToken">Ends the download; what has come is kept for the next call.</param>
    /// <returns>The classifier with the weights' own preset and class names, which the caller disposes.</returns>
    /// <exception cref="PretrainedWeightsException">The file could neither be found nor fetched, or is another than the row's.</exception>
    /// <exception cref="WeightMismatchException">The weights are not those of the row's network.</exception>
    /// <exception cref="WeightFormatException">The file is damaged.</exception>
    public static async Task<ImageClassifier> PretrainedAsync(PretrainedWeights weights, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var path = await PretrainedCache.GetAsync(weights, progress, cancellationToken).ConfigureAwait(false);
        var network = new ResidualNetwork(weights.Variant, weights.ClassNames.Count, weights.Preset.Channels);
        try
        {
            network.LoadWeights(path);
            return new ImageClassifier(network, weights.Preset, weights.ClassNames);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
