namespace ResNet.Torch;

/// <summary>A part of a data set.</summary>
public enum DataSetPart
{
    /// <summary>The images to train on.</summary>
    Train,

    /// <summary>The images to measure with.</summary>
    Test,
}
