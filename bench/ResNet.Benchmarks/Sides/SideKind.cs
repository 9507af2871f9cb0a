using ResNet.Benchmarks.Sides.Pipelines;

namespace ResNet.Benchmarks.Sides;

/// <summary>A side that comparisons name.</summary>
/// <param name="Name">What its process is called by.</param>
/// <param name="Label">What it is, for the report.</param>
/// <param name="Create">Makes it, in its process.</param>
sealed record SideKind(string Name, string Label, Func<SideSettings, ISide> Create)
{
    // A collection beside the running loop may free a number before libtorch has read it, in TorchSharp's optimizers too.
    static readonly KeyValuePair<string, string> wholeCollections = new("DOTNET_gcConcurrent", "0");

    // The library leaves the allocator of a host alone that has set anything about it; this sets what is so anyway.
    static readonly KeyValuePair<string, string> defaultAllocator = new("GLIBC_TUNABLES", "glibc.malloc.check=0");

    // The same for how long OpenMP's threads spin: GCC's default.
    static readonly KeyValuePair<string, string> defaultWaiting = new("GOMP_SPINCOUNT", "300000");

    public static readonly SideKind
        ScoredFiles = new("scored-files", "ResNetScorer on paths", settings => new ScoredFiles(settings, new ScorerPipeline(settings))),
        OnnxFiles = new("onnx-files", "LoadImages, ResizeImages, ExtractPixels, OnnxTransformer", settings => new ScoredFiles(settings, new OnnxPipeline(settings))),
        PlainFiles = new("plain-files", "SkiaSharp and the network's layers in float32, NCHW", settings => new PlainFiles(settings)) { Environment = [defaultAllocator, defaultWaiting, wholeCollections] },
        PredictedFile = new("predicted-file", "PredictionEngine with ResNetScorer", settings => new PredictedFile(settings, new ScorerPipeline(settings))),
        OnnxPredictedFile = new("onnx-predicted-file", "PredictionEngine with OnnxTransformer", settings => new PredictedFile(settings, new OnnxPipeline(settings))),
        Predictor = new("predictor", "ImageClassifier.Score on ready bytes", settings => new ReadyBytes(settings)),
        PlainForward = new("plain-forward", "the network's forward in bfloat16 on ready batches", settings => new PlainForward(settings)),
        Arithmetic = new("arithmetic", "ImageClassifier.Score on ready bytes", settings => new ForwardArithmetic(settings)),
        HalfProducts = new("bfloat16-products", "matrix products in bfloat16", _ => new MatrixProducts(TorchSharp.torch.ScalarType.BFloat16)),
        SingleProducts = new("float32-products", "matrix products in float32", _ => new MatrixProducts(TorchSharp.torch.ScalarType.Float32)),
        Trainer = new("trainer", "Trainer.Train", settings => new TrainerSteps(settings)),
        PlainTraining = new("plain-training", "a plain TorchSharp loop: float32, NCHW, default allocator", settings => new PlainSteps(settings))
        {
            Environment = [defaultAllocator, defaultWaiting, wholeCollections],
        },
        FashionFit = new("fashion-fit", "Fit on Fashion-MNIST", settings => new FashionFit(settings)),
        FashionSteps = new("fashion-steps", "bare training steps on ready batches", settings => new FashionSteps(settings)) { Environment = [wholeCollections] },
        Memory = new("memory", "ResNetScorer on paths", settings => new HeldMemory(settings));

    static readonly SideKind[] all =
    [
        ScoredFiles, OnnxFiles, PlainFiles, PredictedFile, OnnxPredictedFile, Predictor, PlainForward, Arithmetic, HalfProducts, SingleProducts,
        Trainer, PlainTraining, FashionFit, FashionSteps, Memory,
    ];

    /// <summary>Variables of its process.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    public static SideKind Find(string name) => Array.Find(all, kind => kind.Name == name)
        ?? throw new ArgumentException($"There is no side named '{name}'. There are: {string.Join(", ", all.Select(kind => kind.Name))}.", nameof(name));
}
