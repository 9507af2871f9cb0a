using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Torch.Training;

/// <summary>What must be the same for a training to go on from a checkpoint: each part by its name, in words that can be compared and shown.</summary>
internal static class TrainingIdentity
{
    /// <summary>Images whose pixels are compared; all labels are.</summary>
    const int Samples = 64;

    static readonly JsonSerializerOptions named = new() { Converters = { new JsonStringEnumConverter() } };

    public static Dictionary<string, string> Of(ResidualNetwork network, LabelledImages training, LabelledImages? validation, TrainingOptions options, bool isHalf) => new()
    {
        ["network"] = $"{network.Variant} with {network.Classes} classes, {network.Channels} channels, {network.Stem} stem",
        ["row"] = Text(network.Variant with { KeyAliases = [] }),
        ["training images"] = Describe(training),
        ["validation images"] = validation is { Count: > 0 } ? Describe(validation) : "none",
        [nameof(TrainingOptions.Epochs)] = Text(options.Epochs),
        [nameof(TrainingOptions.BatchSize)] = Text(options.BatchSize),
        [nameof(TrainingOptions.Optimizer)] = Text(options.Optimizer),
        [nameof(TrainingOptions.Schedule)] = Text(options.Schedule),
        [nameof(TrainingOptions.Augmentation)] = Text(options.Augmentation),
        [nameof(TrainingOptions.Regularization)] = Text(options.Regularization),
        [nameof(TrainingOptions.Precision)] = isHalf ? nameof(TrainingPrecision.BFloat16) : nameof(TrainingPrecision.Float32),
        [nameof(TrainingOptions.Validation)] = Text(options.Validation),
        // Where the weights came from is in the weights.
        [nameof(TrainingOptions.FineTuning)] = options.FineTuning is { } tuning ? Text(new { tuning.FrozenStages, tuning.FreezeNorms, tuning.HeadOnly }) : "none",
    };

    /// <summary>Where two trainings differ, in words; empty when one can go on from the other.</summary>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> now) =>
        now.SelectMany(part => Differences(part.Key, saved.GetValueOrDefault(part.Key) ?? "not told", part.Value));

    /// <summary>Of groups of options, those that differ.</summary>
    static IEnumerable<string> Differences(string name, string saved, string now)
    {
        if (saved == now)
            return [];
        return saved.StartsWith('{') && now.StartsWith('{')
            ? Members(now).SelectMany(member => Differences($"{name}.{member.Key}", Members(saved).GetValueOrDefault(member.Key, "not told"), member.Value))
            : [$"{name} was {saved} and is {now}"];
    }

    static Dictionary<string, string> Members(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!.ToDictionary(member => member.Key, member => member.Value.GetRawText());

    static string Describe(LabelledImages images) =>
        $"{images.Count} of {images.Preset.Width}×{images.Preset.Height}, mean {Text(images.Preset.Mean)}, std {Text(images.Preset.Std)}{(images.Preset.ChannelOrder == ChannelOrder.Rgb ? "" : $", {images.Preset.ChannelOrder}")}, content {Fingerprint(images)}";

    static string Text<T>(T value) => JsonSerializer.Serialize(value, named);

    static string Fingerprint(LabelledImages images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pixels = new byte[images.Preset.ImageBytes];
        for (var i = 0; i < images.Count; i++)
            hash.AppendData(BitConverter.GetBytes(images.Label(i)));
        var samples = Math.Min(Samples, images.Count);
        for (var sample = 0; sample < samples; sample++)
        {
            images.CopyPixels((int)((long)images.Count * sample / samples), pixels);
            hash.AppendData(pixels);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash())[..16];
    }
}
