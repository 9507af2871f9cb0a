using System.Globalization;
using ResNet.Torch.Models;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Export.TorchScript;

/// <summary>A network as a program: each module becomes an object whose <c>forward</c> says what the module's does.</summary>
/// <param name="Root">The network's own object.</param>
/// <param name="Code">The classes of all objects.</param>
internal sealed record NetworkScript(ScriptObject Root, string Code)
{
    public static NetworkScript Of(ResidualNetwork network, ImagePreset preset, TorchScriptExportOptions options)
    {
        var walk = new Walk(network.Variant);
        var root = walk.Network(network, preset, options);
        return new(root, walk.Classes.Text);
    }

    sealed class Walk(ResNetVariant variant)
    {
        const string Layer = "(self, x: Tensor) -> Tensor", Pooled = "torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1)";

        public ScriptClasses Classes { get; } = new();

        public ScriptObject Network(ResidualNetwork network, ImagePreset preset, TorchScriptExportOptions options)
        {
            var children = Children(network);
            string[] stages = [.. children.Select(child => child.Name).Where(name => name.StartsWith("layer", StringComparison.Ordinal))];
            var padding = variant.HasStemPadding ? 1 : 0;
            // The last stage's pooled features are what the classifier looks at: a pre-activated network has a norm in between.
            var areClassifierInput = options.PoolFeatures && options.FeatureStage == stages.Length;
            var result = options.FeatureStage is null ? "Tensor" : "Tuple[Tensor, Tensor]";
            return Classes.Instance(nameof(ResidualNetwork), network, children, $"(self, images: Tensor) -> {result}",
            [
                .. Preprocessing(preset, options.Input),
                "x = torch.relu(self.bn1.forward(self.conv1.forward(images)))",
                .. When(network.Stem == Stem.Standard, $"x = torch.max_pool2d(x, [3, 3], [2, 2], [{padding}, {padding}], [1, 1], False)"),
                .. stages.SelectMany((stage, i) => (IEnumerable<string>)
                [
                    $"x = self.{stage}.forward(x)",
                    .. When(i + 1 == options.FeatureStage && !areClassifierInput, options.PoolFeatures ? $"features = {Pooled}" : "features = x"),
                ]),
                .. When(Has(children, "norm"), "x = torch.relu(self.norm.forward(x))"),
                $"x = {Pooled}",
                .. When(areClassifierInput, "features = x"),
                "x = self.fc.forward(x)",
                .. When(options.Output == ExportOutput.Probabilities, "x = torch.softmax(x, 1)"),
                options.FeatureStage is null ? "return x" : "return (x, features)",
            ]);
        }

        ScriptObject Of(Module module) => module switch
        {
            ResidualBlock block => Block(block),
            Sequential sequence => Sequence(sequence),
            SqueezeExcitation gates => Classes.Instance(nameof(SqueezeExcitation), gates, Children(gates), Layer,
                "gates = torch.relu(self.fc1.forward(torch.adaptive_avg_pool2d(x, [1, 1])))",
                "return torch.mul(x, torch.sigmoid(self.fc2.forward(gates)))"),
            Conv2d c => Leaf(c, $"return torch.conv2d(x, self.weight, self.bias, {List(c.stride)}, {List(c.padding!)}, {List(c.dilation)}, {c.groups})"),
            BatchNorm2d norm => Leaf(norm, $"return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, False, 0.1, {Number(norm.eps)}, True)"),
            Linear linear => Leaf(linear, "return torch.linear(x, self.weight, self.bias)"),
            AvgPool2d pool => Leaf(pool, $"return torch.avg_pool2d(x, {List(pool.kernel_size)}, {List(pool.stride)}, {List(pool.padding ?? [0, 0])}, {pool.ceil_mode}, {pool.count_include_pad})"),
            PaddedIdentity pad => Leaf(pad, $"return torch.constant_pad_nd(x[:, :, ::{pad.Stride}, ::{pad.Stride}], [0, 0, 0, 0, {pad.Before}, {pad.After}], 0)"),
            ReLU relu => Leaf(relu, "return torch.relu(x)"),
            Identity identity => Leaf(identity, "return x"),
            _ => throw new NotSupportedException($"{module.GetType().Name} is no part of a network that TorchScript is written for."),
        };

        ScriptObject Block(ResidualBlock block)
        {
            var children = Children(block);
            return Classes.Instance(variant.Block == BlockKind.Basic ? "BasicBlock" : "Bottleneck", block, children, Layer,
                variant.Order == ActivationOrder.BeforeConvolution ? PreActivated(children) : PostActivated(children));
        }

        IEnumerable<string> PostActivated(IReadOnlyList<(string Name, ScriptObject Module)> children) =>
        [
            .. Shortcut(children, "x"),
            "x = torch.relu(self.bn1.forward(self.conv1.forward(x)))",
            "x = self.bn2.forward(self.conv2.forward(x))",
            .. When(Has(children, "conv3"), "x = self.bn3.forward(self.conv3.forward(torch.relu(x)))"),
            .. When(variant.ActivatesBeforeAddition, "x = torch.relu(x)"),
            .. Gates(children),
            $"return torch.relu({Sum})",
        ];

        IEnumerable<string> PreActivated(IReadOnlyList<(string Name, ScriptObject Module)> children) =>
        [
            Has(children, "bn1") ? "active = torch.relu(self.bn1.forward(x))" : "active = x",
            .. Shortcut(children, "active"),
            "x = self.conv1.forward(active)",
            "x = self.conv2.forward(torch.relu(self.bn2.forward(x)))",
            .. When(Has(children, "conv3"), "x = self.conv3.forward(torch.relu(self.bn3.forward(x)))"),
            .. Gates(children),
            $"return {Sum}",
        ];

        IEnumerable<string> Shortcut(IReadOnlyList<(string Name, ScriptObject Module)> children, string projected) =>
            When(variant.Shortcut != ShortcutKind.None, Has(children, "downsample") ? $"around = self.downsample.forward({projected})" : "around = x");

        static IEnumerable<string> Gates(IReadOnlyList<(string Name, ScriptObject Module)> children) =>
            When(Has(children, "se"), "x = self.se.forward(x)");

        string Sum => variant.Shortcut == ShortcutKind.None ? "x" : "torch.add(x, around)";

        ScriptObject Sequence(Sequential sequence)
        {
            var children = Children(sequence);
            return Classes.Instance(nameof(Sequential), sequence, children, Layer,
                [.. children.Select(child => $"x = getattr(self, \"{child.Name}\").forward(x)"), "return x"]);
        }

        ScriptObject Leaf(Module module, string line) => Classes.Instance(module.GetType().Name, module, [], Layer, line);

        List<(string Name, ScriptObject Module)> Children(Module module) =>
            [.. module.named_children().Select(child => (child.name, Of(child.module)))];
    }

    /// <summary>(x/255 − mean)/std, in the weights' type and on their device, channels in the preset's order.</summary>
    static IEnumerable<string> Preprocessing(ImagePreset preset, ExportInput input) => input == ExportInput.Normalized ? [] :
    [
        .. When(input == ExportInput.InterleavedBytes, "images = torch.permute(images, [0, 3, 1, 2])"),
        "images = torch.type_as(images, self.fc.weight)",
        $"mean = torch.tensor({List(preset.Mean.Select(mean => 255.0 * mean))}, dtype=ops.prim.dtype(images), device=ops.prim.device(images))",
        $"scale = torch.tensor({List(preset.Std.Select(std => 1 / (255.0 * std)))}, dtype=ops.prim.dtype(images), device=ops.prim.device(images))",
        "images = torch.mul(torch.sub(images, torch.view(mean, [-1, 1, 1])), torch.view(scale, [-1, 1, 1]))",
        .. When(preset.ChannelOrder == ChannelOrder.Bgr, "images = torch.flip(images, [1])"),
    ];

    static bool Has(IReadOnlyList<(string Name, ScriptObject Module)> children, string name) => children.Any(child => child.Name == name);

    static IEnumerable<string> When(bool condition, string line) => condition ? [line] : [];

    static string List(IEnumerable<long> values) => $"[{string.Join(", ", values)}]";

    static string List(IEnumerable<double> values) => $"[{string.Join(", ", values.Select(Number))}]";

    /// <summary>A number that reads back as the same one, with a point or an exponent, which make it a float.</summary>
    static string Number(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : $"{text}.0";
    }
}
