using System.Text;

namespace ResNet.Torch.Images.Published;

/// <summary>The binary version: a label or two, of which the last counts, then the image; and so on.</summary>
internal sealed record CifarBinary(string[] Train, string[] Test, string Names, int Classes, int LabelBytes) : CifarVersion(Train, Test, Names, Classes)
{
    public override bool Accepts(string path) => true;

    public override IEnumerable<CifarImage> Read(string name, byte[] content)
    {
        var recordBytes = LabelBytes + ImageBytes;
        if (content.Length == 0 || content.Length % recordBytes != 0)
            throw new InvalidDataException($"{name} has {content.Length} bytes, which are no whole number of images of {recordBytes}. Fetch it again.");
        for (var start = 0; start < content.Length; start += recordBytes)
        {
            var label = content[start + LabelBytes - 1];
            RequireClass(label, name, start / recordBytes);
            yield return new(label, content.AsMemory(start + LabelBytes, ImageBytes));
        }
    }

    public override string[]? ReadNames(string name, byte[] content) =>
        Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is var lines && lines.Length == Classes ? lines : null;
}
