using ResNet.Torch.Inference;
using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>A trained network with its preset: 8-bit pixels in, class probabilities out. Any number of threads may share one.</summary>
public sealed partial class ImageClassifier : IDisposable
{
    /// <summary>The environment variable that decides what <see cref="ScoringPrecision.Auto"/> is: <c>RESNET_SCORING_PRECISION</c>, Float32 or BFloat16.</summary>
    public const string PrecisionVariable = "RESNET_SCORING_PRECISION";

    readonly ReaderWriterLockSlim use = new(LockRecursionPolicy.NoRecursion); // scoring reads, disposal writes
    readonly Lock preparing = new();
    volatile Predictor? predictor;
    bool isDisposed;
    int forwardPasses;

    /// <summary>Takes over the network, which is put in eval mode and disposed with the classifier.</summary>
    /// <param name="network">The network.</param>
    /// <param name="preset">What it expects of its images.</param>
    /// <param name="classNames">The name of each class, in the order of the logits: any text, empty and the same text twice included.</param>
    /// <exception cref="ArgumentException">The preset's size or channels are not the network's, or there is not one name for each class.</exception>
    public ImageClassifier(ResidualNetwork network, ImagePreset preset, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(classNames);
        if (preset.Fault() is { } fault)
            throw new ArgumentException(fault, nameof(preset));
        if (network.Channels != preset.Channels)
            throw new ArgumentException($"{network.Variant} was built for {Counted.Of(network.Channels, "channel")}, the preset has {preset.Channels}.", nameof(preset));
        if (network.Classes != classNames.Count)
            throw new ArgumentException($"{network.Variant} was built for {Counted.Of(network.Classes, "class", "classes")}; {Counted.Of(classNames.Count, "name is", "names are")} given.", nameof(classNames));
        if (classNames.Contains(null))
            throw new ArgumentException($"Class {classNames.ToList().IndexOf(null!)} has no name (null); an empty one is possible.", nameof(classNames));
        network.eval();
        (Network, Preset, ClassNames) = (network, preset, [.. classNames]);
    }

    /// <summary>The network, which the classifier owns.</summary>
    public ResidualNetwork Network { get; }

    /// <summary>What the network expects of its images.</summary>
    public ImagePreset Preset { get; }

    /// <summary>The numbers that it scores in. Default <see cref="ScoringPrecision.Auto"/>. Once set, the next score prepares the weights anew.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ScoringPrecision Precision
    {
        get;
        set
        {
            if (!Enum.IsDefined(value))
                throw new ArgumentOutOfRangeException(nameof(value), value, $"A classifier scores in one of {string.Join(", ", Enum.GetNames<ScoringPrecision>())}.");
            Change(() => field = value);
        }
    }

    /// <summary>The name of each class, in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Where it scores. Default <see cref="ComputeDevice.Auto"/>: on a GPU where libtorch finds one. Once set, the next score prepares the weights anew.</summary>
    /// <remarks><see cref="Network"/> itself stays where it is.</remarks>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ComputeDevice Device
    {
        get;
        set => Change(() => field = value);
    }

    /// <summary>Batches that the network has run on.</summary>
    internal int ForwardPasses => Volatile.Read(ref forwardPasses);

    /// <summary>What each epoch of the training came to, which goes into the classifier's file. Default none.</summary>
    /// <exception cref="ArgumentException">An epoch is null.</exception>
    public IReadOnlyList<EpochMetrics> History
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Contains(null) ? throw new ArgumentException("An epoch of the training's history is null.", nameof(value)) : [.. value];
        }
    } = [];

    /// <summary>Scores images.</summary>
    /// <param name="pixels">N images of <see cref="ImagePreset.ImageBytes"/> bytes, one after the other; any number: they are taken in batches of the size that is fastest.</param>
    /// <returns>N × classes probabilities, image after image; each image's sum to 1.</returns>
    /// <remarks>The first score prepares the weights for this processor (<see cref="Prepare"/>), which takes as long as some images.</remarks>
    /// <exception cref="ArgumentException">The bytes are not a whole number of images.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Score(ReadOnlySpan<byte> pixels) => Compute(PredictorScript.Score, pixels, ClassNames.Count);

    /// <summary>Computes the features of images, for other learners or to compare images by; the network's later stages are not run.</summary>
    /// <param name="pixels">N images of <see cref="ImagePreset.ImageBytes"/> bytes, one after the other.</param>
    /// <param name="stage">1 is the first. Default null: the last.</param>
    /// <returns>
    /// N × C figures, image after image: each of the stage's C channels (<see cref="ResNetVariant.StageChannels"/>) averaged over the pixels. Those of
    /// the last stage are what the classifier's layer looks at, behind the last norm of a pre-activated network.
    /// </returns>
    /// <exception cref="ArgumentException">The bytes are not a whole number of images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such stage.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Features(ReadOnlySpan<byte> pixels, int? stage = null)
    {
        var wanted = stage ?? Network.Variant.Depths.Stages;
        Network.RequireStage(wanted);
        return Compute(PredictorScript.Features(wanted), pixels, Network.Variant.StageChannels(wanted));
    }

    /// <summary>
    /// Prepares the network's weights for scoring, which the first score does by itself: norms folded, in <see cref="Precision"/>, laid out for this processor.
    /// Call it when the weights of <see cref="Network"/> have been changed since: scores do not see that by themselves.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void Prepare()
    {
        Change(() => { });
        using var lease = Borrow();
        _ = Prepared();
    }

    /// <summary>Changes what weights are prepared by, once nothing scores.</summary>
    void Change(Action change)
    {
        use.EnterWriteLock();
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            change();
            predictor?.Dispose();
            predictor = null;
        }
        finally
        {
            use.ExitWriteLock();
        }
    }

    /// <summary>What the network makes of images, as figures: image after image.</summary>
    float[] Compute(string function, ReadOnlySpan<byte> pixels, int figuresPerImage)
    {
        var count = pixels.Length / Preset.ImageBytes;
        if (count * Preset.ImageBytes != pixels.Length)
            throw new ArgumentException($"{pixels.Length} bytes are not a whole number of images of {Preset.ImageBytes} bytes ({Preset.Width}×{Preset.Height}×{Preset.Channels}).", nameof(pixels));
        if (count == 0)
            return [];
        using var lease = Borrow();
        var figures = new float[checked(count * figuresPerImage)];
        Interlocked.Add(ref forwardPasses, Prepared().Run(function, pixels, figures));
        return figures;
    }

    Predictor Prepared()
    {
        if (predictor is { } ready)
            return ready;
        lock (preparing)
            return predictor ??= new Predictor(Network, Preset, Precision, Device.Resolve());
    }

    /// <summary>Keeps the network from being disposed until the lease is.</summary>
    Lease Borrow()
    {
        use.EnterReadLock();
        if (!isDisposed)
            return new Lease(use);
        use.ExitReadLock();
        throw new ObjectDisposedException(nameof(ImageClassifier));
    }

    readonly ref struct Lease(ReaderWriterLockSlim use)
    {
        public void Dispose() => use.ExitReadLock();
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
            predictor?.Dispose();
            Network.Dispose();
        }
        finally
        {
            use.ExitWriteLock();
        }
    }
}
