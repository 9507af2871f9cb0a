using System.Diagnostics.CodeAnalysis;

namespace ResNet.Torch;

/// <summary>
/// A row of the table of networks. The rows stand in Variants/, a file for each family; <c>with</c> makes a row of one's own.
/// </summary>
/// <param name="Name">The row's name: torchvision's or timm's where they have the network.</param>
/// <param name="Block">The block that every stage is built of.</param>
/// <param name="Depths">Blocks in each stage.</param>
/// <param name="ParameterCount">Trainable parameters of the row as it stands, for <see cref="Classes"/> classes, 3 channels and its own stem.</param>
public sealed partial record ResNetVariant(string Name, BlockKind Block, StageDepths Depths, long ParameterCount)
{
    /// <summary>Every row of the table.</summary>
    // Filled on first use: the order of static initialisers across the files of a partial type is not defined.
    public static IReadOnlyList<ResNetVariant> All => field ??= [.. Torchvision, .. Original, .. Cifar, .. PreActivation, .. Textbooks, .. Refined];

    /// <summary>Classes of the data set that the row was published for, and what a network has by default. Default 1000 (ImageNet).</summary>
    public int Classes { get; init; } = 1000;

    /// <summary>The stem that the row was published with, and what a network has by default. Default <see cref="Stem.Standard"/>.</summary>
    public Stem Stem { get; init; } = Stem.Standard;

    /// <summary>Channels that leave the stem, and width of the first stage; each further stage has twice the width. Default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Groups of the 3×3 convolutions: the cardinality of a ResNeXt. Default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Channels of one group for each 64 of the stage's width. Default 64.</summary>
    public int WidthPerGroup { get; init; } = 64;

    /// <summary>What goes round a block that changes the shape. Default <see cref="ShortcutKind.Projection"/>.</summary>
    public ShortcutKind Shortcut { get; init; } = ShortcutKind.Projection;

    /// <summary>Where the blocks have their norms and activations. Default after each convolution.</summary>
    public ActivationOrder Order { get; init; } = ActivationOrder.AfterConvolution;

    /// <summary>
    /// Whether a bottleneck strides in its first 1×1 convolution, as in He et al. 2015, or in the 3×3 one, as in torchvision
    /// ("v1.5"). Default false: in the 3×3.
    /// </summary>
    public bool StridesIn1x1 { get; init; }

    /// <summary>Whether the convolutions have biases, which the norms after them make useless. Default false.</summary>
    public bool HasConvolutionBias { get; init; }

    /// <summary>What the batch norms add to a variance. Default 1e-5, PyTorch's.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether the standard stem's convolution and pooling pad their input. Default true.</summary>
    public bool HasStemPadding { get; init; } = true;

    /// <summary>Whether a ReLU comes before the addition as well as after it. Default false.</summary>
    public bool ActivatesBeforeAddition { get; init; }

    /// <summary>
    /// Whether the stem has three 3×3 convolutions, the first two half as wide, in place of one (ResNet-C of He et al. 2018,
    /// arXiv:1812.01187). Default false.
    /// </summary>
    public bool HasDeepStem { get; init; }

    /// <summary>
    /// Squeeze and excitation (arXiv:1709.01507): the number of channels for each one in between; 16 in the paper. Default 0: none.
    /// </summary>
    public int SqueezeReduction { get; init; }

    /// <summary>
    /// Stochastic depth (arXiv:1603.09382): the probability that training leaves the last block out for an image; it rises
    /// linearly from 0 at the first block. Default 0.
    /// </summary>
    public double DropPathRate { get; init; }

    /// <summary>
    /// Number of last stages that dilate in place of striding, as torchvision's <c>replace_stride_with_dilation</c>: of a
    /// stride of 32, 1 leaves 16 and 2 leave 8. Default 0.
    /// </summary>
    public int DilatedStages { get; init; }

    /// <summary>
    /// Whether each block starts as the identity: its last norm's weight is zero (Goyal et al. 2017, arXiv:1706.02677, §5.1), or
    /// its last convolution's, in networks that have their norms before the convolutions. Default false.
    /// </summary>
    public bool StartsAsIdentity { get; init; }

    /// <summary>How fresh weights are drawn. Default torchvision's way.</summary>
    public Initialization Initialization { get; init; } = Initialization.KaimingNormal;

    /// <summary>
    /// How files that others wrote name this network's weights: rules to apply in order, each to what the one before left.
    /// Our own keys pass through them unchanged. Empty where our keys are the usual ones.
    /// </summary>
    public IReadOnlyList<KeyAlias> KeyAliases { get; init; } = [];

    /// <summary>Channels that leave a block for each channel of its stage's width: 1 or 4.</summary>
    public int Expansion => Block == BlockKind.Basic ? 1 : 4;

    /// <summary>Length of the pooled feature vector, the input of the classifier.</summary>
    public int FeatureCount => StageChannels(Depths.Stages);

    /// <summary>Channels that leave a stage.</summary>
    /// <param name="stage">1 is the first.</param>
    public int StageChannels(int stage) => (Width << (stage - 1)) * Expansion;

    /// <summary>Our key of the first convolution's weight, [outputs, channels of the images, H, W].</summary>
    internal string FirstConvolutionKey => HasDeepStem ? "conv1.0.weight" : "conv1.weight";

    /// <summary>Whether two rows differ at most in what training and fresh weights depend on: trained weights of one are those of the other.</summary>
    internal bool HasTheWeightsOf(ResNetVariant other) => this == other with
    {
        Classes = Classes,
        Stem = Stem, // a network says its own
        ParameterCount = ParameterCount,
        DropPathRate = DropPathRate,
        StartsAsIdentity = StartsAsIdentity,
        Initialization = Initialization,
    };

    /// <summary>Turns a key of a weight file into ours, by <see cref="KeyAliases"/>.</summary>
    public string KeyOf(string fileKey) => KeyAliases.Aggregate(fileKey, (key, alias) => alias.Apply(key));

    /// <summary>Throws where the row's switches contradict each other, with every fault at once.</summary>
    internal void RequireBuildable()
    {
        var isPlain = Shortcut == ShortcutKind.None;
        var faults = new (bool IsFault, string Message)[]
        {
            (Depths.Layer1 < 1 || Depths.Layer2 < 1 || Depths.Layer3 < 1 || Depths.Layer4 < 0, $"{nameof(Depths)} must be at least 1 in each stage (was {Depths})"),
            (Classes < 1, $"{nameof(Classes)} must be at least 1 (was {Classes})"),
            (Width < 1 || (HasDeepStem && Width % 2 != 0), $"{nameof(Width)} must be at least 1, and even with a deep stem (was {Width})"),
            (Groups < 1 || WidthPerGroup < 1, $"{nameof(Groups)} and {nameof(WidthPerGroup)} must be at least 1 (were {Groups} and {WidthPerGroup})"),
            (Block == BlockKind.Basic && (Groups != 1 || WidthPerGroup != 64 || StridesIn1x1), $"{nameof(Groups)}, {nameof(WidthPerGroup)} and {nameof(StridesIn1x1)} are of bottlenecks only"),
            (SqueezeReduction < 0 || SqueezeReduction > StageChannels(1), $"{nameof(SqueezeReduction)} must be 0 to {StageChannels(1)}, the channels of the first stage (was {SqueezeReduction})"),
            (DropPathRate is not (>= 0 and < 1), $"{nameof(DropPathRate)} must be at least 0 and below 1 (was {DropPathRate})"),
            (DilatedStages < 0 || DilatedStages >= Depths.Stages, $"{nameof(DilatedStages)} must be 0 to {Depths.Stages - 1} (was {DilatedStages})"),
            (isPlain && (DropPathRate > 0 || StartsAsIdentity || SqueezeReduction > 0), $"{nameof(DropPathRate)}, {nameof(StartsAsIdentity)} and {nameof(SqueezeReduction)} need shortcuts"),
        };
        if (faults.Any(fault => fault.IsFault))
            throw new ArgumentException($"{nameof(ResNetVariant)} {Name}: {string.Join("; ", faults.Where(fault => fault.IsFault).Select(fault => fault.Message))}.");
    }

    /// <summary>Finds a row by its name.</summary>
    /// <exception cref="ArgumentException">No row has that name; the message lists those that there are.</exception>
    public static ResNetVariant Find(string name) => TryFind(name, out var variant)
        ? variant
        : throw new ArgumentException($"There is no network named '{name}'. There are: {string.Join(", ", All.Select(v => v.Name))}.", nameof(name));

    /// <summary>Finds a row by its name, if there is one.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ResNetVariant? variant) =>
        (variant = All.FirstOrDefault(v => v.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is not null;

    /// <summary>The stem for images of a size: <see cref="Stem.Small"/> when either side is below 64 pixels.</summary>
    public static Stem StemFor(int height, int width) => Math.Min(height, width) < 64 ? Stem.Small : Stem.Standard;

    /// <summary>
    /// This row's stem for images of a size: a row published with the small stem keeps it at every size, the others follow
    /// <see cref="StemFor"/>.
    /// </summary>
    public Stem StemAt(int height, int width) => Stem == Stem.Small ? Stem.Small : StemFor(height, width);

    /// <summary>The variant's name.</summary>
    public override string ToString() => Name;
}
