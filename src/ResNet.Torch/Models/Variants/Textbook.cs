namespace ResNet.Torch;

/// <content>
/// ResNet-18 as courses write it out by hand: convolutions with biases, a bare 1×1 convolution as shortcut, where a stage
/// changes the shape and nowhere else, and PyTorch's own initial weights. Published for the 10 classes of Fashion-MNIST.
/// </content>
public sealed partial record ResNetVariant
{
    /// <summary>7×7 stem with padding 3; files of a Sequential with blocks named resnet_block1 to 4 and a head named fc.</summary>
    public static ResNetVariant TextbookResNet18 { get; } = Textbook("textbook_resnet18") with
    {
        KeyAliases =
        [
            new(@"^0\.", "conv1."), new(@"^1\.", "bn1."),
            new(@"^resnet_block(\d)\.", "layer$1."), ShortcutAlias,
            new(@"^fc\.1\.", "fc."),
        ],
    };

    /// <summary>
    /// No padding in the stem's convolution and pooling, norms with epsilon 1e-3, and a ReLU before the addition too; files
    /// with the stem in block1, the stages in block2 to 5 and a head named classifier.
    /// </summary>
    public static ResNetVariant TextbookResNet18Unpadded { get; } = Textbook("textbook_resnet18_unpadded") with
    {
        HasStemPadding = false,
        NormEpsilon = 1e-3,
        ActivatesBeforeAddition = true,
        KeyAliases =
        [
            new(@"^block1\.0\.", "conv1."), new(@"^block1\.1\.", "bn1."),
            new(@"^block2\.", "layer1."), new(@"^block3\.", "layer2."), new(@"^block4\.", "layer3."), new(@"^block5\.", "layer4."),
            ShortcutAlias,
            new(@"^classifier\.", "fc."),
        ],
    };

    // Courses name the 1×1 convolution conv3, shortcut, downsample, …: it is what is neither conv1 and bn1 nor conv2 and bn2.
    static KeyAlias ShortcutAlias => new(@"^(layer\d\.\d)\.(?!conv[12]\.|bn[12]\.|downsample\.0\.)\w+(?:\.0)?\.(?=weight$|bias$)", "$1.downsample.0.");

    /// <summary>The two textbook forms.</summary>
    public static IReadOnlyList<ResNetVariant> Textbooks { get; } = [TextbookResNet18, TextbookResNet18Unpadded];

    static ResNetVariant Textbook(string name) => new(name, BlockKind.Basic, new(2, 2, 2, 2), 11_184_650)
    {
        Classes = 10,
        HasConvolutionBias = true,
        Shortcut = ShortcutKind.Convolution,
        Initialization = Initialization.LayerDefault,
    };
}
