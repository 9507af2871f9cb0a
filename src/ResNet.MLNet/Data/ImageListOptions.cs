using ResNet.Torch.Wording;

namespace ResNet.MLNet;

/// <summary>How the lines of a list of images are written.</summary>
public enum ImageListFormat
{
    /// <summary>Values between separators, quoted where needed (RFC 4180): CSV, or TSV.</summary>
    Csv,

    /// <summary>A JSON object on each line.</summary>
    JsonLines,
}

/// <summary>How <c>LoadImageList</c> reads a list of images and labels.</summary>
public sealed record ImageListOptions
{
    /// <summary>How the lines are written. Default null: by the file's extension, .csv and .tsv, or .jsonl, .ndjson and .json.</summary>
    public ImageListFormat? Format { get; init; }

    /// <summary>What stands between the values of a line of <see cref="ImageListFormat.Csv"/>. Default null: a comma, or a tab where the file's extension is .tsv.</summary>
    public char? Separator { get; init; }

    /// <summary>
    /// Whether the first line of <see cref="ImageListFormat.Csv"/> names the columns. If not, each line has two values: the path and the
    /// label. Default true.
    /// </summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// The column, or the JSON property, of the images' paths. Default null: the one that is named path, image, file, image path, file path or
    /// file name, in any case, with or without space, hyphen or underscore.
    /// </summary>
    public string? ImageColumnName { get; init; }

    /// <summary>The column, or the JSON property, of the labels. Default null: the one that is named label or class, in any case.</summary>
    public string? LabelColumnName { get; init; }

    /// <summary>
    /// A column, or JSON property, of groups that belong together, such as patients or cameras; it becomes the text column <c>Group</c>, for
    /// <c>TrainTestSplitImages</c>. Default none.
    /// </summary>
    public string? GroupColumnName { get; init; }

    /// <summary>The folder that relative paths start from. Default null: the list's own.</summary>
    public string? ImageFolder { get; init; }

    /// <summary>Tells all faults at once.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names each one.</exception>
    public void RequireValid() => OptionFaults.RequireNone(nameof(ImageListOptions), Faults());

    IEnumerable<string> Faults()
    {
        if (Format is { } format && !Enum.IsDefined(format))
            yield return $"{nameof(Format)} must be {nameof(ImageListFormat.Csv)} or {nameof(ImageListFormat.JsonLines)} (was {format})";
        if (Separator is '"' or '\r' or '\n')
            yield return $"{nameof(Separator)} must be neither a quote nor the end of a line";
        foreach (var (option, name) in new[] { (nameof(ImageColumnName), ImageColumnName), (nameof(LabelColumnName), LabelColumnName), (nameof(GroupColumnName), GroupColumnName) })
        {
            if (name is null)
                continue;
            if (string.IsNullOrWhiteSpace(name))
                yield return $"{option} must name a column (was empty)";
            else if (!HasHeader)
                yield return $"{option} needs a header that names the columns ({nameof(HasHeader)} was false)";
        }
        if (ImageFolder is not null && string.IsNullOrWhiteSpace(ImageFolder))
            yield return $"{nameof(ImageFolder)} must be a folder, or null for the list's own (was empty)";
    }
}
