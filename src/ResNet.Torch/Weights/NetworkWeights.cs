using System.Globalization;
using ResNet.Torch.Weights;

namespace ResNet.Torch;

/// <summary>Loads weights into networks and saves networks with what it takes to build them again.</summary>
public static class NetworkWeights
{
    /// <summary>What the metadata that says how to build the network begins with.</summary>
    const string Reserved = "resnet.";

    /// <summary>The metadata's key of the row's name; ONNX files have it too.</summary>
    internal const string VariantKey = "resnet.variant";

    const string ClassesKey = "resnet.classes", ChannelsKey = "resnet.channels", StemKey = "resnet.stem", SourceKey = "resnet.source";

    /// <param name="network">The network whose weights are loaded or saved.</param>
    extension(ResidualNetwork network)
    {
        /// <summary>Sets the network's weights from a file; see <see cref="LoadWeights(ResidualNetwork, WeightFile, WeightLoadOptions?)"/>.</summary>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        /// <exception cref="WeightFormatException">The file is no weight file, is damaged, or asks for what is not allowed.</exception>
        /// <exception cref="WeightMismatchException">The file does not fit.</exception>
        public WeightLoadReport LoadWeights(string path, WeightLoadOptions? options = null)
        {
            using var file = WeightFile.Open(path);
            return network.LoadWeights(file, options);
        }

        /// <summary>
        /// Sets the network's weights from a file, converting their type. All of them are read before the first is set: when
        /// this fails, the network is as it was. The counts of batches that batch norms have seen may be absent.
        /// </summary>
        /// <param name="file">The file, which stays open.</param>
        /// <param name="options">How far the file may differ; strict when null.</param>
        /// <returns>What became of every weight.</returns>
        /// <exception cref="WeightMismatchException">The file does not fit; the message names the keys.</exception>
        /// <exception cref="WeightFormatException">The file ends early, because it was changed since it was opened.</exception>
        public WeightLoadReport LoadWeights(WeightFile file, WeightLoadOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(network);
            ArgumentNullException.ThrowIfNull(file);
            return new WeightLoading(network, file, options ?? new()).Run();
        }

        /// <summary>Saves the network as safetensors, with metadata by which <see cref="Load(string)"/> builds it again.</summary>
        /// <param name="path">The file, which is replaced if there is one. It appears when it is whole, or not at all.</param>
        /// <param name="metadata">Text to keep beside the weights; its keys may not begin with "resnet.". Null for none.</param>
        /// <exception cref="ArgumentException">A key of the metadata begins with "resnet.".</exception>
        /// <exception cref="IOException">The file could not be written; nothing is left of it.</exception>
        /// <exception cref="NotSupportedException">The network is no row of the table, but one of your own.</exception>
        public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null)
        {
            ArgumentNullException.ThrowIfNull(network);
            if (!ResNetVariant.TryFind(network.Variant.Name, out var row) || !row.HasTheWeightsOf(network.Variant))
                throw new NotSupportedException($"'{network.Variant}' is not as it stands in the table, so it could not be built again by its name. Save its weights with {nameof(SafeTensors)}.{nameof(SafeTensors.Write)} and read them with {nameof(LoadWeights)}.");
            var all = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
            if (all.Keys.FirstOrDefault(key => key.StartsWith(Reserved, StringComparison.Ordinal)) is { } taken)
                throw new ArgumentException($"The metadata has '{taken}'; keys that begin with '{Reserved}' say how to build the network.", nameof(metadata));
            all[VariantKey] = network.Variant.Name;
            all[ClassesKey] = network.Classes.ToString(CultureInfo.InvariantCulture);
            all[ChannelsKey] = network.Channels.ToString(CultureInfo.InvariantCulture);
            all[StemKey] = network.Stem.ToString();
            all[SourceKey] = $"ResNet.Torch {typeof(NetworkWeights).Assembly.GetName().Version?.ToString(3)}";
            SafeTensors.Write(path, network.state_dict(), all);
        }

        /// <summary>Builds the network that <see cref="Save(ResidualNetwork, string, IReadOnlyDictionary{string, string}?)"/> saved.</summary>
        /// <returns>The network; the caller disposes it.</returns>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        /// <exception cref="WeightFormatException">The file is no weight file, is damaged, or does not say how to build its network.</exception>
        /// <exception cref="WeightMismatchException">The weights are not those of the network that the file names.</exception>
        public static ResidualNetwork Load(string path)
        {
            using var file = WeightFile.Open(path);
            return ResidualNetwork.Load(file);
        }

        /// <summary>Builds the network that is saved in a file; its own metadata can be read from the file too.</summary>
        /// <inheritdoc cref="Load(string)"/>
        public static ResidualNetwork Load(WeightFile file)
        {
            ArgumentNullException.ThrowIfNull(file);
            if (!ResNetVariant.TryFind(Text(file, VariantKey), out var variant))
                throw Error(file, VariantKey, $"one of {string.Join(", ", ResNetVariant.All)}");
            var stem = StemOf(file) ?? throw Missing(file, StemKey);
            // Checked against the tensors before a network is built: metadata alone could ask for all of memory.
            var classes = Size(file, ClassesKey, "fc.weight", dimension: 0);
            var channels = Size(file, ChannelsKey, variant.FirstConvolutionKey, dimension: 1);

            var built = new ResidualNetwork(variant, classes, channels, stem);
            try
            {
                built.LoadWeights(file);
                return built;
            }
            catch
            {
                built.Dispose();
                throw;
            }
        }
    }

    /// <summary>Builds a network of a row with as many classes and channels, and with the stem, that a file's weights have, and loads them.</summary>
    /// <param name="variant">The row of the table, whose weights they are.</param>
    /// <param name="file">A weight file of whatever origin; it stays open.</param>
    /// <returns>The network, in eval mode; the caller disposes it.</returns>
    /// <exception cref="WeightMismatchException">The weights are those of another network; the message names the keys.</exception>
    /// <exception cref="WeightFormatException">The file ends early, because it was changed since it was opened.</exception>
    public static ResidualNetwork Fitted(this ResNetVariant variant, WeightFile file)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentNullException.ThrowIfNull(file);
        var shapes = file.Tensors.GroupBy(tensor => variant.KeyOf(tensor.Key)).ToDictionary(tensors => tensors.Key, tensors => tensors.First().Value.Shape);
        var classes = shapes.TryGetValue("fc.weight", out var head) && head is [>= 1 and <= int.MaxValue, _] ? (int)head[0] : variant.Classes;
        var first = shapes.TryGetValue(variant.FirstConvolutionKey, out var convolution) && convolution is [_, >= 1 and <= 64, var height, _] ? (Channels: (int)convolution[1], Kernel: height) : default;
        var stem = StemOf(file) ?? (variant.HasDeepStem ? variant.Stem : first.Kernel switch { 7 => Stem.Standard, 3 => Stem.Small, _ => variant.Stem });
        // What a network would take to build is bounded by what the file holds.
        if (head is not null && head[^1] != variant.FeatureCount)
            (classes, stem) = (variant.Classes, variant.Stem);
        var network = new ResidualNetwork(variant, classes, first.Channels is 0 ? 3 : first.Channels, stem);
        try
        {
            network.LoadWeights(file);
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    static int Size(WeightFile file, string key, string weight, int dimension)
    {
        var shape = file.Tensors.TryGetValue(weight, out var info) ? info.Shape : [];
        var size = dimension < shape.Count ? shape[dimension] : 0;
        return int.TryParse(Text(file, key), NumberStyles.None, CultureInfo.InvariantCulture, out var said) && said == size && said > 0
            ? said
            : throw Error(file, key, $"the {size} that {weight} has");
    }

    /// <summary>The stem of a saved network; null where the file does not tell.</summary>
    internal static Stem? StemOf(WeightFile file) =>
        !file.Metadata.TryGetValue(StemKey, out var name) ? null
        : Enum.TryParse<Stem>(name, out var stem) && Enum.IsDefined(stem) ? stem
        : throw Error(file, StemKey, $"one of {string.Join(", ", Enum.GetNames<Stem>())}");

    static string Text(WeightFile file, string key) => file.Metadata.TryGetValue(key, out var text) ? text : throw Missing(file, key);

    static WeightFormatException Missing(WeightFile file, string key) =>
        new($"{file.Path}: its metadata has no {key}, so the network cannot be built from it. Build the network and use LoadWeights.");

    static WeightFormatException Error(WeightFile file, string key, string expected) =>
        new($"{file.Path}: its metadata says {key} = '{file.Metadata[key]}'; {expected} was expected.");
}
