using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Models;

/// <summary>What a network computes in eval mode, for those that write it down in another form.</summary>
/// <param name="Steps">Every step but the images, in an order in which they can run; also those that are added to the graph later.</param>
/// <param name="Images">What all begins with: float32 N×channels×H×W, normalised.</param>
/// <param name="Stages">The output of each stage.</param>
/// <param name="Features">What the classifier looks at: N×features.</param>
/// <param name="Logits">The classifier's output: N×classes.</param>
/// <remarks>Its tensors are float32, often the network's own, and belong to the scope that it was made in.</remarks>
internal sealed record NetworkGraph(
    IReadOnlyList<GraphStep> Steps, GraphStep Images, IReadOnlyList<GraphStep> Stages, GraphStep Features, GraphStep Logits);

/// <summary>A layer that is more than one operation.</summary>
internal interface ICompositeLayer
{
    /// <summary>Adds the steps that the layer takes in eval mode; what <c>forward</c> computes and this change together.</summary>
    /// <param name="input">What goes into the layer.</param>
    /// <param name="name">The layer's name, as in the keys of weight files.</param>
    GraphStep Describe(GraphStep input, string name);
}

/// <summary>One operation of a graph, under the name of its layer.</summary>
internal sealed class GraphStep
{
    readonly Graph graph;

    GraphStep(Graph graph, string name, Operation operation, params IReadOnlyList<GraphStep> inputs) =>
        (this.graph, Name, Operation, Inputs) = (graph, name, operation, inputs);

    /// <summary>What all steps of a graph share: their order, and whether a norm becomes part of the convolution before it.</summary>
    sealed record Graph(List<GraphStep> Steps, bool FoldsNorms);

    /// <summary>Where a graph begins: its images.</summary>
    public static GraphStep Begin(bool foldsNorms) => new(new([], foldsNorms), "images", new Operation.Images());

    /// <summary>A name that no other step of the graph has.</summary>
    public string Name { get; }

    public Operation Operation { get; private set; }

    public IReadOnlyList<GraphStep> Inputs { get; }

    /// <summary>All steps so far, in an order in which they can run.</summary>
    public IReadOnlyList<GraphStep> Steps => graph.Steps;

    /// <summary>Adds a step that takes this one's output, and perhaps others' after it.</summary>
    public GraphStep Then(string name, Operation operation, params ReadOnlySpan<GraphStep> others)
    {
        if (graph.FoldsNorms && Operation is Operation.Convolution convolution && operation is Operation.Norm norm)
        {
            Operation = convolution.Folded(norm); // what a norm follows goes nowhere else, in any of these networks
            return this;
        }
        var step = new GraphStep(graph, name, operation, [this, .. others]);
        graph.Steps.Add(step);
        return step;
    }

    /// <summary>Adds what a layer does.</summary>
    public GraphStep Then(string name, Module layer) => layer switch
    {
        ICompositeLayer composite => composite.Describe(this, name),
        Sequential layers => layers.named_children().Aggregate(this, (step, child) => step.Then($"{name}.{child.name}", child.module)),
        Conv2d convolution => Then(name, new Operation.Convolution(convolution)),
        BatchNorm2d norm => Then(name, new Operation.Norm(norm)),
        Linear linear => Then(name, new Operation.Linear(linear)),
        AvgPool2d pool => Then(name, new Operation.AveragePool(pool.kernel_size[0])),
        ReLU _ => Relu(name),
        Identity _ => this,
        _ => throw new NotSupportedException($"{name} is a {layer.GetType().Name}, which has no place in a graph."),
    };

    public GraphStep Relu(string name) => Then(name, new Operation.Relu());
}
