using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.Cli.Loading;

/// <summary>Labelled images of the argument DATA.</summary>
/// <param name="Title">What they are, as "photos/test".</param>
/// <param name="Images">The images.</param>
/// <param name="Labels">Each image's class, a place in <paramref name="ClassNames"/>.</param>
/// <param name="ClassNames">The classes: those of folders and lists in the order of their characters, those of published sets in their own.</param>
/// <param name="HasClassNames">Whether classes have names, or numbers alone as in MNIST's files.</param>
sealed record ImageData(string Title, IReadOnlyList<ModelImage> Images, IReadOnlyList<int> Labels, IReadOnlyList<string> ClassNames, bool HasClassNames)
{
    /// <summary>Images of files and their class names.</summary>
    public static ImageData Of(string title, IReadOnlyList<(string Path, string Label)> files)
    {
        if (files.Count == 0)
            throw new CommandException($"{title} has no images.");
        string[] names = [.. files.Select(file => file.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var places = names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        return new(title, [.. files.Select(file => new ModelImage.OfFile(file.Path))], [.. files.Select(file => places[file.Label])], names, HasClassNames: true);
    }

    /// <summary>Images of a published set.</summary>
    public static ImageData Of(string title, PublishedImages images, IReadOnlyList<string>? classNames)
    {
        if (classNames is not null && classNames.Count < images.Classes)
            throw new CommandException($"{title} has labels up to {images.Classes - 1}; there are {classNames.Count} class names.");
        var names = classNames ?? images.ClassNames;
        return new(
            title,
            [.. Enumerable.Range(0, images.Count).Select(i => new ModelImage.OfPixels(images.Pixels(i), images.Size, images.Channels, $"{title}, image {i}"))],
            [.. Enumerable.Range(0, images.Count).Select(images.Label)],
            names ?? ModelSource.Numbers(images.Classes),
            names is not null);
    }

    /// <summary>The labels as places in a model's classes.</summary>
    /// <exception cref="CommandException">The model has other classes; the message names them.</exception>
    public IReadOnlyList<int> LabelsFor(LoadedModel model)
    {
        if (!HasClassNames || !model.HasClassNames)
        {
            // Numbers say which class is meant; names in the order of their characters are what trainings number classes by.
            return ClassNames.Count == model.ClassNames.Count || (!HasClassNames && ClassNames.Count < model.ClassNames.Count)
                ? Labels
                : throw new CommandException($"{Title} has {Counted.Of(ClassNames.Count, "class", "classes")}, {model.Title} {model.ClassNames.Count}, and nothing says how they go together: name the model's classes with --classes.");
        }
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, name) in model.ClassNames.Index())
            places.TryAdd(name, index);
        var unknown = ClassNames.Where(name => !places.ContainsKey(name)).Select(name => $"'{name}'").ToList();
        if (unknown.Count > 0)
            throw new CommandException($"{model.Title} does not know {unknown.Count} of {ClassNames.Count} classes of {Title}: {Few.Of(unknown)}. It knows {Few.Of([.. model.ClassNames.Select(name => $"'{name}'")])}. Rename the folders or labels, or say with --classes what the model's classes are called.");
        int[] ofData = [.. ClassNames.Select(name => places[name])];
        return [.. Labels.Select(label => ofData[label])];
    }
}
