using System.Text.Json.Serialization;

namespace ResNet.Torch;

/// <summary>In which order a network takes the channels of an image.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelOrder>))]
public enum ChannelOrder
{
    /// <summary>Red, green, blue; grey alone counts as this.</summary>
    Rgb,

    /// <summary>Blue, green, red, as networks from Caffe and OpenCV do.</summary>
    Bgr,
}
