using Microsoft.ML;

namespace ResNet.MLNet.Saving;

/// <summary>A featurizer as ML.NET's own: ExtractPixels, then OnnxTransformer for the features, whose copy gets the column's name.</summary>
internal static class SavedFeaturizer
{
    /// <exception cref="NotSupportedException">ML.NET's own transformers cannot do what this one does; the message says what to do.</exception>
    public static void Save(ResNetFeaturizerTransformer transformer, ModelSaveContext ctx)
    {
        if (transformer.Columns.ImageError is { } error)
            throw new NotSupportedException($"The column '{error}' says why an image gave no features, which ML.NET's own transformers, as which a network is saved, do not tell. Leave {nameof(ResNetFeaturizerOptions.ImageErrorColumnName)} out and fit again.");
        using var chain = new SavedChain(transformer, transformer.FittedTo);
        // An ONNX graph does not give what it takes under one name, so one column at least is to be dropped: of a name that no other has.
        var (transforms, unique) = (chain.Context.Transforms, Guid.NewGuid().ToString("N"));
        var (pixels, features) = ($"pixels.{unique}", $"features.{unique}");
        chain.AddNetwork(pixels, features, transformer.Stage);
        chain.Add(transforms.CopyColumns(transformer.Columns.Output, features));
        chain.Add(transforms.DropColumns(pixels, features));
        chain.Save(ctx);
    }
}
