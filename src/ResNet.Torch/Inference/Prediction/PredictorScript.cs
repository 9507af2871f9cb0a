using System.Globalization;
using System.Text;
using ResNet.Torch.Inference.Feeding;
using ResNet.Torch.Models;
using static TorchSharp.torch;

namespace ResNet.Torch.Inference;

/// <summary>
/// A network's graph as straight-line TorchScript: one native call runs a whole batch. Each of its functions takes uint8 images [N, H, W, C] and the weights,
/// and gives float32 figures [N, …]; <c>pack</c> brings weights into the form that the functions take.
/// </summary>
/// <remarks>
/// Convolutions are oneDNN's with their addition and their ReLU (<c>mkldnn::_convolution_pointwise</c>, which PyTorch's own compiler calls and
/// nothing but an archive can name), where libtorch has them.
/// </remarks>
internal sealed class PredictorScript
{
    public const string Pack = "pack", Score = "score";

    readonly NetworkGraph graph;
    readonly ImagePreset preset;
    readonly bool isFused;
    readonly string type;
    readonly List<Tensor> weights = [];
    readonly Dictionary<GraphStep, string> parameters = [];   // how the program names a layer's weights
    readonly Dictionary<GraphStep, (long Height, long Width)> sizes = [];
    readonly List<string> packing = [];

    /// <param name="graph">The network with its norms folded.</param>
    /// <param name="preset">What its images are.</param>
    /// <param name="precision">float32 or bfloat16: what all but the pooled features and the classifier is computed in.</param>
    /// <param name="isFused">Whether oneDNN's fused convolutions are called; else libtorch's plain ones.</param>
    public PredictorScript(NetworkGraph graph, ImagePreset preset, ScalarType precision, bool isFused)
    {
        (this.graph, this.preset, this.isFused, type) = (graph, preset, isFused, ((int)precision).ToString(CultureInfo.InvariantCulture));
        // (x/255 − mean)/std = (x − 255·mean) · 1/(255·std)
        Keep(tensor(preset.Mean.Select(mean => 255 * mean).ToArray()));
        Keep(tensor(preset.Std.Select(std => 1 / (255 * std)).ToArray()));
        sizes[graph.Images] = (preset.Height, preset.Width);
        foreach (var step in graph.Steps)
        {
            var (height, width) = sizes[step.Inputs[0]];
            sizes[step] = (step.Operation.SideAfter(height), step.Operation.SideAfter(width));
            parameters[step] = ParametersOf(step);
        }
        Code = Encoding.UTF8.GetBytes(Text());
    }

    /// <summary>What <c>pack</c> takes: the tensors of the graph.</summary>
    public IReadOnlyList<Tensor> Weights => weights;

    /// <summary>The program's text.</summary>
    public byte[] Code { get; }

    /// <summary>The function that gives the pooled features of a stage.</summary>
    public static string Features(int stage) => string.Create(CultureInfo.InvariantCulture, $"features{stage}");

    /// <summary>The program as an archive that <c>torch.jit.load</c> reads; it has no weights.</summary>
    public byte[] ToArchive()
    {
        using var stream = new MemoryStream();
        TorchScriptExport.WriteProgram(stream, new("Predictor", [("training", false)]), Code);
        return stream.ToArray();
    }

    string Text()
    {
        var text = new StringBuilder("class Predictor(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        text.Append(CultureInfo.InvariantCulture, $"  def {Pack}(self, w: List[Tensor]) -> List[Tensor]:\n    return [{string.Join(", ", packing)}]\n");
        var stages = graph.Stages.Count;
        for (var stage = 1; stage < stages; stage++)
            Function(Features(stage), graph.Stages[stage - 1], pooled => $"torch.mean({pooled}, [2, 3], False, dtype=6)");
        Function(Features(stages), graph.Features, features => features);
        Function(Score, graph.Logits, logits => $"torch.softmax({logits}, 1)");
        return text.ToString();

        void Function(string name, GraphStep result, Func<string, string> finish)
        {
            text.Append(CultureInfo.InvariantCulture, $"  def {name}(self, images: Tensor, w: List[Tensor]) -> Tensor:\n");
            foreach (var line in Preprocessing())
                text.Append("    ").Append(line).Append('\n');
            var body = new PredictorFunction(graph, result, parameters, isFused);
            foreach (var line in body.Lines)
                text.Append("    ").Append(line).Append('\n');
            text.Append("    return ").Append(finish(body.Result)).Append('\n');
        }
    }

    IEnumerable<string> Preprocessing()
    {
        yield return "x = torch.mul_(torch.sub(images, w[0]), w[1])";
        yield return $"x = torch.to(x, {type}, False, False, None)";
        if (preset.ChannelOrder == ChannelOrder.Bgr)
            yield return "x = torch.flip(x, [3])";
        yield return $"{PredictorFunction.Images} = torch.permute(x, [0, 3, 1, 2])";
    }

    string ParametersOf(GraphStep step) => step.Operation switch
    {
        Operation.Convolution c => $"{Convolution(c, sizes[step.Inputs[0]])}, {(c.Bias is null ? "None" : KeepTyped(c.Bias))}",
        Operation.Norm n => $"{Keep(n.Weight)}, {Keep(n.Bias)}, {Keep(n.Mean)}, {Keep(n.Variance)}",
        Operation.Linear l => $"{Keep(l.Weight)}, {Keep(l.Bias)}",
        _ => "",
    };

    string Convolution(Operation.Convolution c, (long Height, long Width) size)
    {
        var typed = $"torch.to(w[{weights.Count}], {type}, False, False, None)";
        return Keep(c.Weight, isFused
            ? $"ops.mkldnn._reorder_convolution_weight({typed}, {PredictorFunction.Shape(c)}, [{ScoringBatch.Automatic(preset)}, {c.Weight.shape[1] * c.Groups}, {size.Height}, {size.Width}])"
            : $"torch.contiguous({typed}, memory_format=2)");   // channels-last
    }

    string KeepTyped(Tensor weight) => Keep(weight, $"torch.to(w[{weights.Count}], {type}, False, False, None)");

    string Keep(Tensor weight) => Keep(weight, $"w[{weights.Count}]");

    string Keep(Tensor weight, string packed)
    {
        weights.Add(weight);
        packing.Add(packed);
        return string.Create(CultureInfo.InvariantCulture, $"w[{weights.Count - 1}]");
    }
}
