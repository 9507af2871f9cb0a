using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ResNet.Torch.Weights;
using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>How far a training has come, beside its weights.</summary>
internal sealed record CheckpointState
{
    /// <summary>Raised when what a checkpoint holds changes its meaning.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public required Dictionary<string, string> Identity { get; init; }

    public required int Seed { get; init; }

    /// <summary>Epochs that are done.</summary>
    public required int Epoch { get; init; }

    public required long OptimizerSteps { get; init; }

    public required long AverageUpdates { get; init; }

    public required int? BestEpoch { get; init; }

    public required double? BestValue { get; init; }

    /// <summary>What it was when it last counted as improvement.</summary>
    public required double? ImprovedValue { get; init; }

    /// <summary>Measurements since then.</summary>
    public required int Waited { get; init; }

    public required IReadOnlyList<EpochMetrics> History { get; init; }
}

/// <summary>
/// A checkpoint file: safetensors named as <see cref="CheckpointLayout"/> says, and in the metadata the state as JSON and a
/// SHA-256 of it all.
/// </summary>
internal static class TrainingCheckpoint
{
    const string HashKey = "resnet.sha256";

    // A loss may be infinite, or no number.
    static readonly JsonSerializerOptions strict = new()
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>What every format has.</summary>
    sealed record Versioned(int Format);

    /// <exception cref="IOException">The file could not be written; the one before is as it was.</exception>
    public static void Write(string path, CheckpointState state, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var json = JsonSerializer.Serialize(state, strict);
        SafeTensors.Write(path, tensors, new Dictionary<string, string> { [CheckpointLayout.StateKey] = json, [HashKey] = Hash(json, tensors) });
    }

    /// <summary>The state alone.</summary>
    /// <exception cref="CheckpointException">The file is damaged or no checkpoint.</exception>
    public static CheckpointState ReadState(string path)
    {
        using var file = Open(path);
        return StateOf(file);
    }

    /// <summary>Reads state and tensors, and checks that every byte is as it was written.</summary>
    /// <returns>The tensors are in the current scope.</returns>
    /// <exception cref="CheckpointException">The file is damaged or no checkpoint.</exception>
    public static (CheckpointState State, Dictionary<string, Tensor> Tensors) Read(string path)
    {
        using var file = Open(path);
        var state = StateOf(file);
        try
        {
            var tensors = file.Tensors.Keys.ToDictionary(name => name, file.Read);
            return Hash(file.Metadata[CheckpointLayout.StateKey], tensors) == file.Metadata.GetValueOrDefault(HashKey)
                ? (state, tensors)
                : throw Damaged(path, "its content is not what was written");
        }
        catch (WeightFormatException e)
        {
            throw Damaged(path, e.Message, e);
        }
    }

    static WeightFile Open(string path)
    {
        try
        {
            return WeightFile.OpenWhole(path);
        }
        catch (WeightFormatException e)
        {
            throw Damaged(path, e.Message, e);
        }
    }

    static CheckpointState StateOf(WeightFile file)
    {
        if (!file.Metadata.TryGetValue(CheckpointLayout.StateKey, out var json))
            throw new CheckpointException($"{file.Path} is a weight file, but no checkpoint of a training: to start from its weights, set {nameof(FineTuningOptions)}.{nameof(FineTuningOptions.WeightsFile)}, and another folder for checkpoints.");
        try
        {
            var format = Of<Versioned>(json).Format;
            return format == CheckpointState.CurrentFormat
                ? Of<CheckpointState>(json)
                : throw new CheckpointException($"{file.Path} is a checkpoint of format {format}; this version reads {CheckpointState.CurrentFormat}. Go on with the version that wrote it, or set {nameof(CheckpointOptions.Resume)} to false to start anew.");
        }
        catch (JsonException e)
        {
            throw Damaged(file.Path, $"its state cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    static T Of<T>(string json) => JsonSerializer.Deserialize<T>(json, strict) ?? throw new JsonException("null");

    static CheckpointException Damaged(string path, string why, Exception? cause = null) =>
        new($"The checkpoint {path} is damaged: {why.TrimEnd('.')}. Put back a copy of it, or set {nameof(CheckpointOptions.Resume)} to false to start anew.", cause!);

    static string Hash(string json, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(json));
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {tensor.dtype} [{string.Join(", ", tensor.shape)}]"));
            TensorBytes.ForEachPart(tensor.detach().cpu().contiguous(), (_, part) => hash.AppendData(part));
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
