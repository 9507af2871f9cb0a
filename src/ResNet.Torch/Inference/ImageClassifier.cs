using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch;

/// <summary>A trained network with its preset: 8-bit pixels in, class probabilities out. Any number of threads may share one.</summary>
public sealed class ImageClassifier : IDisposable
{
    readonly ReaderWriterLockSlim use = new(LockRecursionPolicy.NoRecursion); // scoring reads, disposal writes
    bool isDisposed;

    /// <summary>Takes over the network, which is put in eval mode and disposed with the classifier.</summary>
    /// <exception cref="ArgumentException">The preset's channels are not the network's.</exception>
    public ImageClassifier(ResidualNetwork network, ImagePreset preset)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(preset);
        if (network.Channels != preset.Channels)
            throw new ArgumentException($"{network.Variant} was built for {network.Channels} channels, the preset has {preset.Channels}.", nameof(preset));
        network.eval();
        (Network, Preset) = (network, preset);
    }

    /// <summary>The network, which the classifier owns.</summary>
    public ResidualNetwork Network { get; }

    /// <summary>What the network expects of its images.</summary>
    public ImagePreset Preset { get; }

    /// <summary>Scores images in one forward pass.</summary>
    /// <param name="pixels">N images of <see cref="ImagePreset.ImageBytes"/> bytes, one after the other.</param>
    /// <returns>N × classes probabilities, image after image; each image's sum to 1.</returns>
    /// <exception cref="ArgumentException">The bytes are not a whole number of images.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Score(ReadOnlySpan<byte> pixels)
    {
        var count = pixels.Length / Preset.ImageBytes;
        if (count * Preset.ImageBytes != pixels.Length)
            throw new ArgumentException($"{pixels.Length} bytes are not a whole number of images of {Preset.ImageBytes} bytes ({Preset.Width}×{Preset.Height}×{Preset.Channels}).", nameof(pixels));
        if (count == 0)
            return [];

        use.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            var images = empty(count, Preset.Height, Preset.Width, Preset.Channels, dtype: ScalarType.Byte);
            pixels.CopyTo(images.bytes);
            var logits = Network.call(Preset.ToBatch(images));        // N×classes
            return functional.softmax(logits, 1).data<float>().ToArray();
        }
        finally
        {
            use.ExitReadLock();
        }
    }

    /// <summary>Frees the network, after the forward passes that are under way.</summary>
    public void Dispose()
    {
        use.EnterWriteLock();
        try
        {
            if (isDisposed)
                return;
            isDisposed = true;
            Network.Dispose();
        }
        finally
        {
            use.ExitWriteLock();
        }
    }
}
