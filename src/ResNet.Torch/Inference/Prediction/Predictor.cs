using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Inference;

/// <summary>
/// A network prepared for scoring: norms folded into the convolutions, weights laid out once as oneDNN wants them, one native call for a batch.
/// Any number of threads may share one, with one copy of the weights. Weights that the network is given later are not seen.
/// </summary>
internal sealed class Predictor : IDisposable
{
    // Where a batch of 224×224 images is as fast as any larger one; of smaller images as many more, so that calls do not show.
    const int PixelsForOneBatch = 16 * 224 * 224, MostImages = 256, GpuBatches = 4;

    readonly ImagePreset preset;
    readonly Device device;
    readonly jit.ScriptModule program;
    readonly Tensor[] weights;

    /// <param name="network">In eval mode; it stays the caller's.</param>
    /// <param name="preset">What its images are.</param>
    /// <param name="precision">What it computes in.</param>
    /// <param name="device">Where it computes.</param>
    public Predictor(ResidualNetwork network, ImagePreset preset, ScoringPrecision precision, Device device)
    {
        (this.preset, this.device) = (preset, device);
        BatchSize = BatchFor(preset) * (IsOnGpu ? GpuBatches : 1);
        Precision = precision == ScoringPrecision.Auto ? AutomaticPrecision(IsOnGpu || Training.Precision.HasFastBFloat16) : precision;
        (program, weights, IsFused) = Prepare(network);
    }

    /// <summary>Images in a forward pass at most: more are taken in several.</summary>
    public int BatchSize { get; }

    /// <summary>What it computes in: never <see cref="ScoringPrecision.Auto"/>.</summary>
    public ScoringPrecision Precision { get; }

    /// <summary>Whether convolutions add and activate by themselves.</summary>
    public bool IsFused { get; }

    /// <summary>Images of a preset that one forward pass takes best.</summary>
    public static int BatchFor(ImagePreset preset) => (int)Math.Clamp(PixelsForOneBatch / ((long)preset.Height * preset.Width), 1, MostImages);

    /// <summary>What the environment asks for, or else what is fast on this processor.</summary>
    /// <exception cref="InvalidOperationException">The environment asks for something that there is not.</exception>
    static ScoringPrecision AutomaticPrecision(bool hasFastBFloat16)
    {
        var fast = hasFastBFloat16 ? ScoringPrecision.BFloat16 : ScoringPrecision.Float32;
        if (Environment.GetEnvironmentVariable(ImageClassifier.PrecisionVariable) is not { Length: > 0 } asked)
            return fast;
        if (!Enum.TryParse<ScoringPrecision>(asked, ignoreCase: true, out var precision) || !Enum.IsDefined(precision))
            throw new InvalidOperationException($"The environment variable {ImageClassifier.PrecisionVariable} is '{asked}'; it may be {string.Join(", ", Enum.GetNames<ScoringPrecision>())}.");
        return precision == ScoringPrecision.Auto ? fast : precision;
    }

    /// <summary>Runs one of the program's functions.</summary>
    /// <param name="function">A name that <see cref="PredictorScript"/> gives.</param>
    /// <param name="pixels">Images of the preset's bytes, one after the other.</param>
    /// <param name="figures">As many figures for each image as the function gives.</param>
    /// <returns>Forward passes that it took.</returns>
    public int Run(string function, ReadOnlySpan<byte> pixels, Span<float> figures)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var count = pixels.Length / preset.ImageBytes;
        var each = figures.Length / count;
        var results = new List<Tensor>();
        for (var first = 0; first < count; first += BatchSize)
        {
            using var batch = NewDisposeScope();
            var images = Images(pixels.Slice(first * preset.ImageBytes, Math.Min(BatchSize, count - first) * preset.ImageBytes));
            var result = (Tensor)program.invoke(function, images, weights);   // N×figures
            if (IsOnGpu)
                results.Add(result.MoveToOuterDisposeScope()); // not read yet: the GPU computes while the next batch is copied
            else
                result.data<float>().CopyTo(figures.Slice(first * each, (int)result.numel()));
        }
        if (results.Count > 0)
            cat(results).cpu().data<float>().CopyTo(figures);
        return (count + BatchSize - 1) / BatchSize;
    }

    bool IsOnGpu => device.type == DeviceType.CUDA;

    /// <summary>uint8 [N, H, W, C], on the device; a GPU fetches from pinned memory, while the processor goes on.</summary>
    Tensor Images(ReadOnlySpan<byte> pixels)
    {
        using var scope = NewDisposeScope();
        var images = empty(pixels.Length / preset.ImageBytes, preset.Height, preset.Width, preset.Channels, dtype: ScalarType.Byte);
        pixels.CopyTo(images.bytes);
        return (IsOnGpu ? images.pin_memory().to(device, non_blocking: true) : images).MoveToOuterDisposeScope();
    }

    (jit.ScriptModule Program, Tensor[] Weights, bool IsFused) Prepare(ResidualNetwork network)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var graph = network.Describe(foldNorms: true);
        if (IsOnGpu)
        {
            var (program, weights) = Load(new PredictorScript(graph, preset, Type, isFused: false));
            return (program, weights, IsFused: false);
        }
        try
        {
            var (program, weights) = Load(new PredictorScript(graph, preset, Type, isFused: true));
            return (program, weights, IsFused: true);
        }
        catch (ExternalException)
        {
            // a libtorch without oneDNN, or oneDNN without this type on this processor
            var (program, weights) = Load(new PredictorScript(graph, preset, Type, isFused: false));
            return (program, weights, IsFused: false);
        }
    }

    ScalarType Type => Precision == ScoringPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Loads a program, packs its weights, and runs it once: what cannot run is known here.</summary>
    (jit.ScriptModule Program, Tensor[] Weights) Load(PredictorScript script)
    {
        var program = jit.load(script.ToArchive());
        try
        {
            using var scope = NewDisposeScope();
            var weights = (Tensor[])program.invoke(PredictorScript.Pack, [script.Weights.Select(weight => weight.to(device)).ToArray()]);
            _ = program.invoke(PredictorScript.Score, Images(new byte[preset.ImageBytes]), weights);
            return (program, Array.ConvertAll(weights, weight => weight.DetachFromDisposeScope()));
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Frees the weights; no thread may be in <see cref="Run"/>.</summary>
    public void Dispose()
    {
        program.Dispose();
        Array.ForEach(weights, weight => weight.Dispose());
    }
}
