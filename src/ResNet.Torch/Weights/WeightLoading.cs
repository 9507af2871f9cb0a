using ResNet.Torch.Runtime;
using static TorchSharp.torch;

namespace ResNet.Torch.Weights;

/// <summary>One file on its way into one network: compare all, read all, then set all.</summary>
internal sealed class WeightLoading(ResidualNetwork network, WeightFile file, WeightLoadOptions options)
{
    const string BatchCount = ".num_batches_tracked";
    static readonly string[] head = ["fc.weight", "fc.bias"];

    readonly Dictionary<string, Tensor> weights = network.state_dict();
    readonly Dictionary<string, (string FileKey, TensorInfo Info)> stored = ByOurKeys(network.Variant, file);
    readonly List<string> loaded = [], kept = [], missing = [];
    readonly List<MisshapenWeight> misshapen = [];

    public WeightLoadReport Run()
    {
        var keepsHead = options.KeepHead && head.Any(key => !stored.TryGetValue(key, out var found) || Misfit(key, found.Info) is not null);
        foreach (var key in weights.Keys)
            Compare(key, keepsHead);

        var report = new WeightLoadReport
        {
            Loaded = loaded,
            Kept = kept,
            Missing = missing,
            Unexpected = [.. stored.Where(s => !weights.ContainsKey(s.Key)).Select(s => s.Value.FileKey)],
            Misshapen = misshapen,
        };
        if (misshapen.Count > 0 || (options.Strict && (missing.Count > 0 || report.Unexpected.Count > 0)))
            throw new WeightMismatchException($"{file.Path} does not fit {network.Variant}: {report}.{Advice()}", report);
        Set();
        return report;
    }

    void Compare(string key, bool keepsHead)
    {
        if (keepsHead && head.Contains(key))
            kept.Add(key);
        else if (!stored.TryGetValue(key, out var found))
            (key.EndsWith(BatchCount, StringComparison.Ordinal) ? kept : missing).Add(key);
        else if (Misfit(key, found.Info) is { } misfit && !(options.AdaptChannels && IsOtherChannels(misfit)))
            misshapen.Add(misfit);
        else
            loaded.Add(key);
    }

    /// <summary>The file's tensors by the names that they have here (<see cref="ResNetVariant.KeyAliases"/>).</summary>
    static Dictionary<string, (string FileKey, TensorInfo Info)> ByOurKeys(ResNetVariant variant, WeightFile file)
    {
        var tensors = new Dictionary<string, (string FileKey, TensorInfo Info)>();
        foreach (var (key, info) in file.Tensors)
        {
            if (!tensors.TryAdd(variant.KeyOf(key), (key, info)))
                throw new WeightFormatException($"{file.Path}: '{tensors[variant.KeyOf(key)].FileKey}' and '{key}' are both {variant}'s {variant.KeyOf(key)}.");
        }
        return tensors;
    }

    MisshapenWeight? Misfit(string key, TensorInfo info)
    {
        var wanted = new TensorInfo(weights[key].dtype, weights[key].shape);
        var fits = info.Shape.SequenceEqual(wanted.Shape) && is_floating_point(info.Type) == is_floating_point(wanted.Type);
        return fits ? null : new MisshapenWeight(key, info, wanted);
    }

    bool IsOtherChannels(MisshapenWeight misfit) =>
        misfit.Key == network.Variant.FirstConvolutionKey &&
        misfit is { InFile.Shape: [var outputs, > 0, var height, var width], InNetwork.Shape: [var o, _, var h, var w] } &&
        (outputs, height, width) == (o, h, w) && is_floating_point(misfit.InFile.Type);

    string Advice()
    {
        List<string> advice = [];
        if (!options.KeepHead && (missing.Concat(misshapen.Select(m => m.Key)).Any(head.Contains)))
            advice.Add(" Set KeepHead to keep the network's own fc.");
        if (!options.AdaptChannels && misshapen.Exists(IsOtherChannels))
            advice.Add(" Set AdaptChannels to adapt the first convolution to the network's channels.");
        return string.Concat(advice);
    }

    void Set()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var read = loaded.ConvertAll(key => (Target: weights[key], Values: Read(key, weights[key])));
        foreach (var (target, values) in read)
            target.copy_(values); // keeps the target's device and its channels-last layout
    }

    Tensor Read(string key, Tensor target)
    {
        var values = file.Read(stored[key].FileKey).to(target.dtype);
        return key == network.Variant.FirstConvolutionKey && values.shape[1] != target.shape[1] ? AdaptChannels(values, target.shape[1]) : values;
    }

    /// <param name="filters">[outputs, channels of the file, H, W].</param>
    /// <param name="channels">Channels of the network.</param>
    /// <remarks>timm's adapt_input_conv, for any number of channels in the file.</remarks>
    static Tensor AdaptChannels(Tensor filters, long channels)
    {
        if (channels == 1)
            return filters.sum(1, keepdim: true);
        var given = filters.shape[1];
        var repeats = (channels + given - 1) / given;
        return filters.repeat(1, repeats, 1, 1).narrow(1, 0, channels).mul(Number.Of((double)given / channels));
    }
}
