using System.Globalization;
using ResNet.Torch.Models;

namespace ResNet.Torch.Inference;

/// <summary>The lines of a function that computes one step of a graph from its images.</summary>
internal sealed class PredictorFunction
{
    /// <summary>What the images are called.</summary>
    public const string Images = "images_";

    const string NoScalars = "annotate(List[Optional[number]], [])";

    readonly IReadOnlyDictionary<GraphStep, string> parameters;
    readonly bool isFused;
    readonly List<GraphStep> steps;
    readonly Dictionary<GraphStep, string> names = [];
    readonly HashSet<GraphStep> deferred = []; // convolutions that are computed with the addition they go into

    public PredictorFunction(NetworkGraph graph, GraphStep result, IReadOnlyDictionary<GraphStep, string> parameters, bool isFused)
    {
        (this.parameters, this.isFused) = (parameters, isFused);
        steps = [.. graph.Steps.Take(graph.Steps.ToList().IndexOf(result) + 1)];
        names[graph.Images] = Images;
        for (var i = 0; i < steps.Count; i++)
            Emit(steps[i], i);
        Result = names[result];
    }

    public List<string> Lines { get; } = [];

    /// <summary>What holds the step's output.</summary>
    public string Result { get; }

    /// <summary>Padding, stride, dilation and groups of a convolution, as oneDNN's operators take them.</summary>
    public static string Shape(Operation.Convolution c) => string.Create(CultureInfo.InvariantCulture,
        $"[{c.Padding}, {c.Padding}], [{c.Stride}, {c.Stride}], [{c.Dilation}, {c.Dilation}], {c.Groups}");

    void Emit(GraphStep step, int at)
    {
        if (names.ContainsKey(step))
            return; // it is part of the step before
        switch (step.Operation)
        {
            case Operation.Convolution when IsAddedTo(step, at):
                deferred.Add(step);
                break;
            case Operation.Convolution c:
                Assign(step, at, relu => isFused
                    ? $"ops.mkldnn._convolution_pointwise({Input(step)}, {parameters[step]}, {Shape(c)}, \"{(relu ? "relu" : "none")}\", {NoScalars}, \"\")"
                    : Relu(relu, $"torch.conv2d({Input(step)}, {parameters[step]}, {Plain(c)})"));
                break;
            case Operation.Add:
                Assign(step, at, relu => Sum(step, relu));
                break;
            default:
                names[step] = Variable(at);
                Lines.Add($"{names[step]} = {Other(step)}");
                break;
        }
    }

    /// <summary>Names what a step gives, together with the ReLU behind it where nothing else takes what it gives.</summary>
    void Assign(GraphStep step, int at, Func<bool, string> expression)
    {
        var relu = Users(step) is [{ Operation: Operation.Relu } only] ? only : null;
        var name = Variable(at);
        Lines.Add($"{name} = {expression(relu is not null)}");
        names[step] = name;
        if (relu is not null)
            names[relu] = name;
    }

    /// <summary>A block's sum: the last convolution adds itself to what goes round the block, in place, which nothing needs behind it.</summary>
    string Sum(GraphStep step, bool relu)
    {
        var around = names[step.Inputs[1]];
        if (!deferred.Contains(step.Inputs[0]))
            return Relu(relu, $"torch.add({names[step.Inputs[0]]}, {around})");
        var (last, c) = (step.Inputs[0], (Operation.Convolution)step.Inputs[0].Operation);
        return $"ops.mkldnn._convolution_pointwise_({around}, {Input(last)}, {parameters[last]}, {Shape(c)}, \"add\", 1.0, {(relu ? "\"relu\"" : "None")}, {NoScalars}, None)";
    }

    /// <summary>Whether a convolution goes into a sum alone, and what it is added to may be overwritten there.</summary>
    bool IsAddedTo(GraphStep convolution, int at) => isFused &&
        Users(convolution) is [{ Operation: Operation.Add } sum] && sum.Inputs[0] == convolution &&
        Users(sum.Inputs[1]).All(user => steps.IndexOf(user) <= steps.IndexOf(sum)) && sum.Inputs[1].Operation is not Operation.Images &&
        at < steps.IndexOf(sum);

    List<GraphStep> Users(GraphStep step) => [.. steps.Where(user => user.Inputs.Contains(step))];

    string Other(GraphStep step) => step.Operation switch
    {
        Operation.Relu => $"torch.relu({Input(step)})",
        Operation.Norm n => $"torch.batch_norm({Input(step)}, {parameters[step]}, False, 0.1, {n.Epsilon.ToString("R", CultureInfo.InvariantCulture)}, True)",
        Operation.Linear => $"torch.linear({Input(step)}, {parameters[step]})",
        Operation.MaxPool p => string.Create(CultureInfo.InvariantCulture, $"torch.max_pool2d({Input(step)}, [{p.Size}, {p.Size}], [{p.Stride}, {p.Stride}], [{p.Padding}, {p.Padding}], [1, 1], False)"),
        Operation.AveragePool p => string.Create(CultureInfo.InvariantCulture, $"torch.avg_pool2d({Input(step)}, [{p.Size}, {p.Size}], [{p.Size}, {p.Size}], [0, 0], True, False, None)"),
        Operation.GlobalAverage when Users(step) is [{ Operation: Operation.Flatten }] => $"torch.mean({Input(step)}, [2, 3], False, dtype=6)", // float32 from here on
        Operation.GlobalAverage => $"torch.mean({Input(step)}, [2, 3], True, dtype=None)",
        Operation.Flatten => Input(step),
        Operation.PaddedIdentity p => string.Create(CultureInfo.InvariantCulture, $"torch.constant_pad_nd({Input(step)}[:, :, ::{p.Stride}, ::{p.Stride}], [0, 0, 0, 0, {p.Before}, {p.After}], 0)"),
        Operation.Sigmoid => $"torch.sigmoid({Input(step)})",
        Operation.Multiply => $"torch.mul({Input(step)}, {names[step.Inputs[1]]})",
        var other => throw new NotSupportedException($"{step.Name} is {other}, which no predictor computes."),
    };

    static string Relu(bool relu, string expression) => relu ? $"torch.relu_({expression})" : expression;

    static string Plain(Operation.Convolution c) => string.Create(CultureInfo.InvariantCulture,
        $"[{c.Stride}, {c.Stride}], [{c.Padding}, {c.Padding}], [{c.Dilation}, {c.Dilation}], {c.Groups}");

    string Input(GraphStep step) => names[step.Inputs[0]];

    static string Variable(int at) => string.Create(CultureInfo.InvariantCulture, $"x{at}");
}
