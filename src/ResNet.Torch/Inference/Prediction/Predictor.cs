using System.Runtime.InteropServices;
using ResNet.Torch.Inference.Feeding;
using ResNet.Torch.Runtime.Gpu;
using TorchSharp;
using static TorchSharp.torch;

namespace ResNet.Torch.Inference;

/// <summary>
/// A network prepared for scoring: norms folded into the convolutions, weights laid out once as oneDNN wants them, one native call for a batch.
/// Any number of threads may share one, with one copy of the weights. Weights that the network is given later are not seen.
/// </summary>
internal sealed class Predictor : IDisposable
{
    /// <summary>A GPU takes as many images at once as this many threads of a processor.</summary>
    const int ThreadsOfAGpu = 8;

    readonly ImagePreset preset;
    readonly Device device;
    readonly Uploads uploads;
    readonly jit.ScriptModule program;
    readonly Tensor[] weights;

    /// <param name="network">In eval mode; it stays the caller's.</param>
    /// <param name="preset">What its images are.</param>
    /// <param name="precision">What it computes in.</param>
    /// <param name="device">Where it computes.</param>
    public Predictor(ResidualNetwork network, ImagePreset preset, ScoringPrecision precision, Device device)
    {
        (this.preset, this.device) = (preset, device);
        Precision = precision == ScoringPrecision.Auto ? AutomaticPrecision(Training.Precision.HasFastBFloat16(device)) : precision;
        uploads = new(device);
        try
        {
            (program, weights) = Prepare(network);
        }
        catch
        {
            uploads.Dispose();
            throw;
        }
    }

    /// <summary>What it computes in: never <see cref="ScoringPrecision.Auto"/>.</summary>
    public ScoringPrecision Precision { get; }

    /// <summary>What the environment asks for, or else what is fast on this device.</summary>
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
        var most = BatchSize;
        for (var first = 0; first < count; first += most)
        {
            using var batch = NewDisposeScope();
            var result = Invoke(program, function, pixels.Slice(first * preset.ImageBytes, Math.Min(most, count - first) * preset.ImageBytes), weights);
            if (IsOnGpu)
                results.Add(result.MoveToOuterDisposeScope()); // not read yet: the GPU computes while the next batch is copied
            else
                result.data<float>().CopyTo(figures.Slice(first * each, (int)result.numel()));
        }
        if (results.Count > 0)
            cat(results).cpu().data<float>().CopyTo(figures);
        return (count + most - 1) / most;
    }

    /// <summary>Images in a forward pass at most: more are taken in several. libtorch divides a pass among the calling thread's threads.</summary>
    int BatchSize => ScoringBatch.Automatic(preset) * (IsOnGpu ? ThreadsOfAGpu : get_num_threads());

    bool IsOnGpu => device.type == DeviceType.CUDA;

    /// <summary>Gives a program's function its images, uint8 [N, H, W, C]: N×figures, on the device, in the current scope.</summary>
    Tensor Invoke(jit.ScriptModule program, string function, ReadOnlySpan<byte> pixels, Tensor[] weights) =>
        uploads.Use(pixels, [pixels.Length / preset.ImageBytes, preset.Height, preset.Width, preset.Channels], (program, function, weights),
            static (images, run) => (Tensor)run.program.invoke(run.function, images, run.weights));

    (jit.ScriptModule Program, Tensor[] Weights) Prepare(ResidualNetwork network)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var graph = network.Describe(foldNorms: true);
        try
        {
            return Load(new(graph, preset, Type, isFused: !IsOnGpu));
        }
        catch (ExternalException) when (!IsOnGpu)
        {
            // a libtorch without oneDNN, or oneDNN without this type on this processor
            return Load(new(graph, preset, Type, isFused: false));
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
            _ = Invoke(program, PredictorScript.Score, new byte[preset.ImageBytes], weights);
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
        uploads.Dispose();
        program.Dispose();
        Array.ForEach(weights, weight => weight.Dispose());
    }
}
