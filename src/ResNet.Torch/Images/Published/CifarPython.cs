namespace ResNet.Torch.Images.Published;

/// <summary>The version for Python: a pickled dictionary with a row of values for each image ("data"), and a list of labels.</summary>
/// <param name="Train"/><param name="Test"/><param name="Names"/><param name="Classes"/>
/// <param name="Labels">The list's key.</param>
/// <param name="LabelNames">The key of the classes' names, in their own file.</param>
internal sealed record CifarPython(string[] Train, string[] Test, string Names, int Classes, string Labels, string LabelNames) : CifarVersion(Train, Test, Names, Classes)
{
    const string Data = "data";

    /// <summary>Whether it begins as pickles of protocol 2 to 5 do; others' files may be called "train" and "test" too.</summary>
    public override bool Accepts(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenRead(path);
        return file.ReadByte() == 0x80 && file.ReadByte() is >= 2 and <= 5;
    }

    public override IEnumerable<CifarImage> Read(string name, byte[] content)
    {
        var batch = NumpyPickle.Read(name, content);
        if (NumpyPickle.Matrix(batch.Value(Data), ImageBytes) is not { } values || batch.Value(Labels) is not List<object?> labels || labels.Count != values.Length / ImageBytes)
            throw new InvalidDataException($"{name} has no array '{Data}' of N×{ImageBytes} bytes with a list '{Labels}' of N numbers, as {Classes} classes of CIFAR have. Fetch it again.");
        for (var i = 0; i < labels.Count; i++)
        {
            var label = labels[i] as long? ?? -1;
            RequireClass(label, name, i);
            yield return new((int)label, values.AsMemory(i * ImageBytes, ImageBytes));
        }
    }

    public override string[]? ReadNames(string name, byte[] content) =>
        NumpyPickle.Read(name, content).Value(LabelNames) is List<object?> names && names.Count == Classes && names.All(n => NumpyPickle.Text(n) is not null)
            ? [.. names.Select(n => NumpyPickle.Text(n)!)]
            : null;
}
