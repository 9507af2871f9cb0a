namespace ResNet.Torch;

/// <summary>What an exported file gives.</summary>
public enum ExportOutput
{
    /// <summary>float32 [N, classes]: what the classifier's layer gives.</summary>
    Logits,

    /// <summary>float32 [N, classes], softmax of the logits: each image's sum to 1.</summary>
    Probabilities,
}
