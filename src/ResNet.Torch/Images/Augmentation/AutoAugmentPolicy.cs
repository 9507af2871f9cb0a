using System.Text.Json.Serialization;

namespace ResNet.Torch;

/// <summary>Lists of operations, drawn for each image.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AutoAugmentPolicy>))]
public enum AutoAugmentPolicy
{
    /// <summary>None.</summary>
    None,

    /// <summary>One of 14 operations, its strength drawn too (Müller and Hutter 2021, arXiv:2103.10158; torchvision's TrivialAugmentWide).</summary>
    TrivialAugmentWide,

    /// <summary>
    /// <see cref="AugmentationOptions.RandAugmentOperations"/> of 14 operations, of strength
    /// <see cref="AugmentationOptions.RandAugmentMagnitude"/> (Cubuk et al. 2019, arXiv:1909.13719; torchvision's RandAugment).
    /// </summary>
    RandAugment,
}
