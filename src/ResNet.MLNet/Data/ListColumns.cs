using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>The places of a list's columns among all that it has.</summary>
internal readonly record struct ListColumns(int Image, int Label, int? Group)
{
    static readonly string[] imageNames = ["path", "image", "file", "imagepath", "filepath", "filename"];
    static readonly string[] labelNames = ["label", "class"];

    /// <summary>Finds the columns by the names that were asked for, or by those that are usual.</summary>
    /// <param name="names">All names.</param>
    /// <param name="options">Those that were asked for.</param>
    /// <param name="kind">What a column is called: "column" or "property".</param>
    /// <exception cref="InvalidDataException">One is missing, or more than one could be meant; the message says which there are, and not where.</exception>
    public static ListColumns Find(IReadOnlyList<string> names, ImageListOptions options, string kind) => new(
        Find(names, options.ImageColumnName, imageNames, nameof(ImageListOptions.ImageColumnName), $"{kind} of image paths"),
        Find(names, options.LabelColumnName, labelNames, nameof(ImageListOptions.LabelColumnName), $"{kind} of labels"),
        options.GroupColumnName is null ? null : Find(names, options.GroupColumnName, [], nameof(ImageListOptions.GroupColumnName), $"{kind} of groups"));

    static int Find(IReadOnlyList<string> names, string? asked, string[] usual, string option, string what)
    {
        List<int> found = [.. Enumerable.Range(0, names.Count).Where(i => asked is null ? usual.Contains(Simplified(names[i])) : names[i] == asked)];
        if (found is [var only])
            return only;
        var there = Few.Of([.. (found.Count == 0 ? Enumerable.Range(0, names.Count) : found).Select(i => $"'{names[i]}'")]);
        throw new InvalidDataException(found.Count == 0
            ? $"there is no {what}, {(asked is null ? string.Join(" or ", usual) : $"'{asked}'")}, among {there}. Name it in {option}"
            : $"there is more than one {what}: {there}. {(asked is null ? $"Name one in {option}" : "Rename all but one")}");
    }

    static string Simplified(string name) => string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
}
