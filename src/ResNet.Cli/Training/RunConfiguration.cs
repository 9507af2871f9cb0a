using System.Text.Json;
using System.Text.Json.Serialization;
using ResNet.Cli.Loading;
using ResNet.MLNet;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>What a run folder says of its training, down to each option: all that it takes to go on with it.</summary>
sealed record RunConfiguration
{
    /// <summary>The network's name.</summary>
    public required string Model { get; init; }

    /// <summary>Its stem; null where that was chosen by the images.</summary>
    public Stem? Stem { get; init; }

    /// <summary>The recipe's name; null for the library's defaults.</summary>
    public string? Recipe { get; init; }

    /// <summary>The images, as a full path.</summary>
    public required string Data { get; init; }

    /// <summary>What each epoch is measured on: a full path, or the share of the images that is held back; null where nothing was said.</summary>
    public string? Validation { get; init; }

    /// <summary>The name of each class, in the order of the scores.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What images become.</summary>
    public required ImagePreset Preset { get; init; }

    /// <summary>What becomes of images that cannot be decoded.</summary>
    public BadImagePolicy OnBadImage { get; init; }

    /// <summary>Every option of the training, with its seed.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The network.</summary>
    [JsonIgnore]
    public ResNetVariant Variant => ResNetVariant.Find(Model);

    /// <summary>A path that means the same in every folder.</summary>
    public static string FullPath(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public static RunConfiguration Of(TrainingPlan plan) => new()
    {
        Model = plan.Variant.Name,
        Stem = plan.Stem,
        Recipe = plan.Recipe,
        Data = plan.DataPath,
        Validation = plan.Validation,
        Classes = plan.Images.ClassNames,
        Preset = plan.Preset,
        OnBadImage = plan.OnBadImage,
        Training = plan.Training,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">It is no such file; the message says where.</exception>
    public static RunConfiguration Read(string path)
    {
        try
        {
            var saved = JsonSerializer.Deserialize<RunConfiguration>(File.ReadAllText(path), OptionText.Json) ?? throw new JsonException("it is empty");
            _ = saved.Variant;
            return saved.Preset.Fault() is { } fault ? throw new JsonException(fault) : saved;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw new CommandException($"{path} is not what 'resnet train' wrote there: {e.Message.TrimEnd('.')}. Bring it back to what it was, or train anew in another folder.", e);
        }
    }

    /// <summary>The training, in its folder: the same images, which may have been changed since.</summary>
    public TrainingPlan Plan(string folder)
    {
        var images = DataSource.Load(Data, DataPart.Train, Classes);
        if (!images.ClassNames.SequenceEqual(Classes, StringComparer.Ordinal))
            throw new CommandException($"{Data} has other classes than when the training began: {string.Join(", ", images.ClassNames)}, where there were {string.Join(", ", Classes)}. Bring the images back, or train anew in another folder.");
        return new(Data, images, Variant, Stem, Recipe, Preset, Training with { Checkpoints = (Training.Checkpoints ?? new() { Folder = folder }) with { Folder = folder } }, OnBadImage, Classes) { Validation = Validation };
    }
}
