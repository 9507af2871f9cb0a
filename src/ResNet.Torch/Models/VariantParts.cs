namespace ResNet.Torch;

/// <summary>The two residual blocks of He et al. 2015 (arXiv:1512.03385), figure 5.</summary>
public enum BlockKind
{
    /// <summary>Two 3×3 convolutions; the block's output has as many channels as its width.</summary>
    Basic,

    /// <summary>1×1, 3×3 and 1×1 convolutions; the output has four times the channels of the stage's width.</summary>
    Bottleneck,
}

/// <summary>Where a block has its norms and activations (He et al. 2016, arXiv:1603.05027, figure 1).</summary>
public enum ActivationOrder
{
    /// <summary>After each convolution, the last activation after the addition (He et al. 2015).</summary>
    AfterConvolution,

    /// <summary>Before each convolution; the addition's result passes on untouched, and the network ends with a norm of its own.</summary>
    BeforeConvolution,
}

/// <summary>What goes round a block whose output has another shape than its input (He et al. 2015, §3.3 and §4.1).</summary>
public enum ShortcutKind
{
    /// <summary>Option B: a strided 1×1 convolution and a batch norm.</summary>
    Projection,

    /// <summary>The 1×1 convolution alone.</summary>
    Convolution,

    /// <summary>Average pooling where the block strides, then a 1×1 convolution and a batch norm (ResNet-D, arXiv:1812.01187, figure 2c).</summary>
    PooledProjection,

    /// <summary>Option A: every other pixel, and channels of zeros on both sides; no parameters.</summary>
    PaddedIdentity,

    /// <summary>Nothing goes round any block: a plain network.</summary>
    None,
}

/// <summary>How the network meets its images, before the first stage.</summary>
public enum Stem
{
    /// <summary>7×7 convolution of stride 2, then 3×3 max pooling of stride 2: a quarter of the size (He et al. 2015, Table 1).</summary>
    Standard,

    /// <summary>3×3 convolution of stride 1 and no pooling: the full size, for small images (He et al. 2015, §4.2).</summary>
    Small,
}

/// <summary>How fresh weights are drawn. Norms start as the identity with each of them.</summary>
public enum Initialization
{
    /// <summary>torchvision's: convolutions Kaiming normal, fan out (He et al. 2015, arXiv:1502.01852); the rest as PyTorch's layers do.</summary>
    KaimingNormal,

    /// <summary>Convolutions and classifier Xavier uniform (Glorot and Bengio 2010); biases as PyTorch's layers do.</summary>
    XavierUniform,

    /// <summary>What PyTorch's layers do by themselves: Kaiming uniform with a = √5.</summary>
    LayerDefault,
}

/// <summary>Number of residual blocks in each stage; a network of three stages has 0 in the fourth.</summary>
public readonly record struct StageDepths(int Layer1, int Layer2, int Layer3, int Layer4 = 0)
{
    /// <summary>Number of stages: 3 or 4.</summary>
    public int Stages => Layer4 == 0 ? 3 : 4;

    /// <summary>Blocks of a stage; 1 is the first stage.</summary>
    public int this[int stage] => stage switch
    {
        1 => Layer1,
        2 => Layer2,
        3 => Layer3,
        4 => Layer4,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "Stages count from 1 to 4."),
    };

    /// <summary>Blocks that come before a stage; 1 is the first stage.</summary>
    public int Before(int stage) => (stage > 1 ? Layer1 : 0) + (stage > 2 ? Layer2 : 0) + (stage > 3 ? Layer3 : 0);

    /// <summary>Number of blocks in all stages.</summary>
    public int Blocks => Layer1 + Layer2 + Layer3 + Layer4;
}
