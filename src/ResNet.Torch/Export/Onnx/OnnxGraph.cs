using ResNet.Torch.Models;
using static ResNet.Torch.Export.Onnx.OnnxProto;
using static TorchSharp.torch;

namespace ResNet.Torch.Export.Onnx;

/// <summary>A network as an ONNX graph: preprocessing, the network's steps, its outputs.</summary>
/// <remarks>A node and what it gives have the step's name; weights have their keys in weight files. Tensors belong to the scope that it is built in.</remarks>
internal sealed class OnnxGraph(ResidualNetwork network, ImagePreset preset, OnnxExportOptions options, IReadOnlyList<string>? classNames)
{
    /// <summary>The operators of which slot names take one, and their version.</summary>
    public static readonly (string Domain, long Opset) SlotNamesOperators = ("ai.onnx.ml", 2);

    readonly NetworkGraph graph = network.Describe(options.FoldBatchNorm);
    readonly List<ProtoMessage> nodes = [], initializers = [], outputs = [];

    /// <summary>The name of what each step gives.</summary>
    readonly Dictionary<GraphStep, string> values = [];

    /// <summary>Every name that a value or a weight has: each is of one thing alone.</summary>
    readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>GraphProto.</summary>
    public ProtoMessage Build()
    {
        names.Add(options.InputName);
        if (options.OnlyFeaturesOf is { } only)
            AddOutput(options.ScoreName, Pooled(only), network.Variant.StageChannels(only));
        else
            AddOutput(options.ScoreName, Scores(), network.Classes);
        if (options.FeatureStage is { } stage)
            AddFeatures(stage);

        values[graph.Images] = Preprocess();
        var needed = Needed();
        foreach (var step in graph.Steps.Where(needed.Contains))
            Write(step);
        if (options.HasSlotNames)
            WriteSlotNames();
        return Graph(network.Variant.Name, nodes, initializers, [Input()], outputs);
    }

    GraphStep Scores() => options.Output == ExportOutput.Logits ? graph.Logits : graph.Logits.Then("softmax", new Operation.Softmax());

    void AddFeatures(int stage)
    {
        var (features, channels) = (graph.Stages[stage - 1], network.Variant.StageChannels(stage));
        if (!options.PoolFeatures)
            AddOutput(options.FeaturesName, features, channels, Side(features, preset.Height), Side(features, preset.Width));
        else
            AddOutput(options.FeaturesName, Pooled(stage), channels);
    }

    /// <summary>The last stage's are what the classifier looks at.</summary>
    GraphStep Pooled(int stage) => stage == graph.Stages.Count
        ? graph.Features
        : graph.Stages[stage - 1].Then($"layer{stage}.avgpool", new Operation.GlobalAverage()).Then($"layer{stage}.flatten", new Operation.Flatten());

    /// <summary>The steps that an output depends on.</summary>
    HashSet<GraphStep> Needed()
    {
        var needed = new HashSet<GraphStep>();
        var open = new Stack<GraphStep>(values.Keys);
        while (open.TryPop(out var step))
        {
            needed.Add(step);
            foreach (var input in step.Inputs.Where(input => !needed.Contains(input)))
                open.Push(input);
        }
        return needed;
    }

    /// <summary>Makes what a step gives an output.</summary>
    void AddOutput(string name, GraphStep step, params IEnumerable<long> sides)
    {
        var last = options.HasBatchDimension ? step : step.Then($"{step.Name}.squeeze", new Operation.OnlyImage());
        names.Add(name);
        values[last] = name;
        var lengths = sides.Select(side => ("", (long?)side));
        outputs.Add(Value(name, ScalarType.Float32, options.HasBatchDimension ? lengths.Prepend(Batch) : lengths));
    }

    (string, long?) Batch => ("batch", options.BatchSize);

    /// <summary>Pixels along a side of what a step gives. What a step takes is all of one size.</summary>
    long Side(GraphStep step, long side)
    {
        var path = new Stack<Operation>();
        for (var at = step; at != graph.Images; at = at.Inputs[0])
            path.Push(at.Operation);
        return path.Aggregate(side, (length, operation) => operation.SideAfter(length));
    }

    ProtoMessage Input() => options.Input == ExportInput.InterleavedBytes
        ? Value(options.InputName, ScalarType.Byte, Batch, ("", preset.Height), ("", preset.Width), ("", preset.Channels))
        : Value(options.InputName, ScalarType.Float32, Batch, ("", options.TakesOffsetRgb ? 3 : preset.Channels), ("", preset.Height), ("", preset.Width));

    /// <summary>Turns the input into the images that the network expects, as <see cref="ImagePreset.ToBatch"/> does.</summary>
    string Preprocess()
    {
        if (options.Input == ExportInput.Normalized)
            return options.InputName;
        var x = options.InputName;
        if (options.Input == ExportInput.InterleavedBytes)
        {
            x = Write("Transpose", "preprocess.transpose", [x], Attribute("perm", 0, 3, 1, 2));
            x = Write("Cast", "preprocess.cast", [x], Attribute("to", ElementType(ScalarType.Float32)));
        }
        if (options.TakesOffsetRgb)
        {
            x = Write("Sub", "preprocess.pixels", [x, OneOfAnImage(x)]);
            if (preset.Channels == 1)
                x = Grey(x);
        }
        x = Write("Sub", "preprocess.subtract", [x, Channelwise("preprocess.mean", preset.Mean)]);
        x = Write("Div", "preprocess.divide", [x, Channelwise("preprocess.std", preset.Std)]);
        return preset.ChannelOrder == ChannelOrder.Rgb
            ? x
            : Write("Gather", "preprocess.order", [x, Constant("preprocess.order.channels", tensor(Enumerable.Range(0, preset.Channels).Reverse().Select(c => (long)c).ToArray()))], Attribute("axis", 1));
    }

    /// <summary>1, looked up at place 0; there is no place 1, where all that is 0 would look: the runtime stops there, and names the node.</summary>
    string OneOfAnImage(string x)
    {
        var largest = Write("ReduceMax", "preprocess.largest", [x], Attribute("keepdims", 0));
        var isMissing = Write("Equal", "preprocess.is_missing", [largest, Constant("preprocess.zero", tensor(0f))]);
        var place = Write("Cast", "preprocess.place", [isMissing], Attribute("to", ElementType(ScalarType.Int64)));
        return Write("Gather", "the row has no image", [Constant("preprocess.one", tensor((float[])[1])), place]);
    }

    /// <summary>0.299 R + 0.587 G + 0.114 B, rounded to whole numbers: exact in float32, whose whole numbers reach 2²⁴.</summary>
    string Grey(string rgb)
    {
        var x = Write("Mul", "preprocess.luma", [rgb, Constant("preprocess.luma.weights", tensor((float[])[19595, 38470, 7471]).view(-1, 1, 1))]);
        x = Write("ReduceSum", "preprocess.luma.sum", [x, Constant("preprocess.luma.axes", tensor((long[])[1]))], Attribute("keepdims", 1));
        x = Write("Add", "preprocess.luma.half", [x, Constant("preprocess.luma.32768", tensor(32768f))]);
        x = Write("Div", "preprocess.luma.scale", [x, Constant("preprocess.luma.65536", tensor(65536f))]);
        return Write("Floor", "preprocess.grey", [x]);
    }

    // (x/255 − mean)/std = (x − 255·mean) / (255·std)
    string Channelwise(string name, IReadOnlyList<float> figures) => Constant(name, tensor(figures.Select(figure => 255 * figure).ToArray()).view(-1, 1, 1));

    void Write(GraphStep step)
    {
        var name = step.Name;
        IReadOnlyList<string> x = [.. step.Inputs.Select(input => values[input])];
        if (!values.TryGetValue(step, out var output))
            values[step] = output = Claimed(name);

        void Node(string operation, IEnumerable<string> inputs, params IEnumerable<ProtoMessage> attributes) => nodes.Add(OnnxProto.Node(operation, name, inputs, output, attributes));
        switch (step.Operation)
        {
            case Operation.Convolution layer:
                Node("Conv", [.. x, .. Weights(name, ("weight", layer.Weight), ("bias", layer.Bias))],
                    Attribute("kernel_shape", layer.Weight.shape[2..]), Attribute("strides", layer.Stride, layer.Stride), Attribute("dilations", layer.Dilation, layer.Dilation),
                    Attribute("pads", Enumerable.Repeat(layer.Padding, 4)), Attribute("group", layer.Groups));
                break;
            case Operation.Norm layer:
                Node("BatchNormalization", [.. x, .. Weights(name, ("weight", layer.Weight), ("bias", layer.Bias), ("running_mean", layer.Mean), ("running_var", layer.Variance))],
                    Attribute("epsilon", (float)layer.Epsilon));
                break;
            case Operation.Linear layer:
                Node("Gemm", [.. x, .. Weights(name, ("weight", layer.Weight), ("bias", layer.Bias))], Attribute("transB", 1));
                break;
            case Operation.MaxPool pool:
                Node("MaxPool", x, Attribute("kernel_shape", pool.Size, pool.Size), Attribute("strides", pool.Stride, pool.Stride), Attribute("pads", Enumerable.Repeat(pool.Padding, 4)));
                break;
            case Operation.AveragePool pool:
                Node("AveragePool", x, Attribute("kernel_shape", pool.Size, pool.Size), Attribute("strides", pool.Size, pool.Size), Attribute("ceil_mode", 1), Attribute("count_include_pad", 0));
                break;
            case Operation.PaddedIdentity identity:
                Node("Pad", [Strided(name, x[0], identity.Stride), Constant($"{name}.pads", tensor((long[])[0, identity.Before, 0, 0, 0, identity.After, 0, 0]))]);
                break;
            case Operation.OnlyImage:
                Node("Squeeze", [.. x, Constant($"{name}.axes", tensor((long[])[0]))]);
                break;
            case Operation.Flatten:
                Node("Flatten", x, Attribute("axis", 1));
                break;
            case Operation.Softmax:
                Node("Softmax", x, Attribute("axis", 1));
                break;
            case Operation.GlobalAverage:
                Node("GlobalAveragePool", x);
                break;
            case Operation.Multiply:
                Node("Mul", x);
                break;
            case Operation.Relu or Operation.Sigmoid or Operation.Add:
                Node(step.Operation.GetType().Name, x);
                break;
            default:
                throw new NotSupportedException($"{name}: ONNX export does not know {step.Operation.GetType().Name}.");
        }
    }

    string Strided(string name, string x, long stride) => stride == 1 ? x : Write("Slice", $"{name}.slice",
    [
        x,
        Constant($"{name}.starts", tensor((long[])[0, 0])),
        Constant($"{name}.ends", tensor((long[])[long.MaxValue, long.MaxValue])),
        Constant($"{name}.axes", tensor((long[])[2, 3])),
        Constant($"{name}.steps", tensor((long[])[stride, stride])),
    ]);

    /// <summary>What ML.NET looks for when it names the slots of a column: a node of that name, with those keys. It computes nothing.</summary>
    void WriteSlotNames()
    {
        var none = Claimed("slot_names.none");
        initializers.Add(Tensor(none, text: ""));
        nodes.Add(OnnxProto.Node("LabelEncoder", $"mlnet.{options.ScoreName}.SlotNames", [none], Claimed("slot_names"),
            Attribute("keys_strings", classNames!), Attribute("values_int64s", Enumerable.Range(0, classNames!.Count).Select(i => (long)i))).InDomain(SlotNamesOperators.Domain));
    }

    /// <summary>A node that is no step of the network's; gives the name of what it gives.</summary>
    string Write(string operation, string name, IEnumerable<string> inputs, params IEnumerable<ProtoMessage> attributes)
    {
        nodes.Add(OnnxProto.Node(operation, name, inputs, Claimed(name), attributes));
        return name;
    }

    IEnumerable<string> Weights(string layer, params IEnumerable<(string Name, Tensor? Values)> weights) =>
        [.. weights.Where(weight => weight.Values is not null).Select(weight => Constant($"{layer}.{weight.Name}", weight.Values!))];

    string Constant(string name, Tensor values)
    {
        initializers.Add(Tensor(Claimed(name), values));
        return name;
    }

    string Claimed(string name) => names.Add(name)
        ? name
        : throw new ArgumentException($"{nameof(OnnxExportOptions)}: '{name}' is what {network.Variant} calls one of its own layers or weights; choose another name for the input or output.");
}
