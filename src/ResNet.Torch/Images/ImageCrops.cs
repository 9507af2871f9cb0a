using System.Text.Json.Serialization;

namespace ResNet.Torch;

/// <summary>Which parts of a resized image are scored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageCrops>))]
public enum ImageCrops
{
    /// <summary>The middle (torchvision's CenterCrop).</summary>
    Centre,

    /// <summary>
    /// The four corners and the middle, then the same of the mirrored image (torchvision's TenCrop; Krizhevsky et al. 2012, §4.1).
    /// </summary>
    Ten,
}
