using ResNet.Torch.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class WeightVectorTests
{
    static readonly ResNetVariant small = ResNetVariant.ResNet20 with { Depths = new(1, 1, 1) };

    sealed record Part(float[] Values, ScalarType Type, bool Learns, string Strides);

    static Dictionary<string, Part> Parts(Dictionary<string, Tensor> state)
    {
        using var scope = NewDisposeScope();
        return state.ToDictionary(w => w.Key, w => new Part(
            w.Value.to(ScalarType.Float32).contiguous().data<float>().ToArray(), w.Value.dtype, w.Value.requires_grad, Layout(w.Value)));
    }

    /// <summary>The strides; of a dimension of one element any stride is as good.</summary>
    static string Layout(Tensor values) => string.Join(',', values.shape.Zip(values.stride(), (length, stride) => length == 1 ? 0 : stride));

    static void RequireSame(Dictionary<string, Part> expected, Dictionary<string, Part> actual, bool isWhole = true)
    {
        CollectionAssert.AreEquivalent(expected.Keys, actual.Keys);
        foreach (var (name, part) in expected)
        {
            Assert.IsTrue(part.Values.AsSpan().SequenceEqual(actual[name].Values), name);
            if (isWhole)
                Assert.AreEqual((part.Type, part.Learns, part.Strides), (actual[name].Type, actual[name].Learns, actual[name].Strides), name);
        }
    }

    [TestMethod]
    [DataRow(false, null)]
    [DataRow(true, null)]
    [DataRow(false, 1)]
    [DataRow(true, 1)]
    public void State_OfFreshVector_IsTheNetworksAndComesBack(bool isHalf, int? frozenStages)
    {
        using var network = ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, classes: 5);
        if (frozenStages is { } count)
            network.Freeze(count);
        var before = Parts(network.state_dict());

        using (var weights = new WeightVector(network, new(), isHalf))
        {
            using (NewDisposeScope())
            {
                RequireSame(before, Parts(weights.State()), isWhole: false);
            }
            Assert.AreEqual(
                before.Where(w => w.Value.Learns).Sum(w => w.Value.Values.Length), weights.Values.numel(), "what learns is in the vector, and nothing else");
        }

        RequireSame(before, Parts(network.state_dict()));
        Assert.IsTrue(network.parameters().All(p => p.grad is null));
    }

    [TestMethod]
    public void Values_Changed_AreTheNetworks()
    {
        using var network = ResidualNetwork.Seeded(3, small);
        using (var weights = new WeightVector(network, new(), isHalf: false))
        {
            weights.Values.fill_(0.25);
            weights.NormStatistics.fill_(0.75);
            Check();
        }
        Check(); // and stay when the vector is gone

        void Check()
        {
            foreach (var (name, part) in Parts(network.state_dict()).Where(w => !w.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
                Assert.IsTrue(Array.TrueForAll(part.Values, v => v == (name.Contains("running") ? 0.75f : 0.25f)), name);
        }
    }

    [TestMethod]
    public void Values_InBFloat16_ReachConvolutionsAndClassifierWhenPublished()
    {
        using var network = ResidualNetwork.Seeded(3, small);
        using var weights = new WeightVector(network, new(), isHalf: true);
        using var scope = NewDisposeScope();

        foreach (var (name, module) in network.named_modules())
        {
            if (module is Conv2d _ or Linear _)
                Assert.IsTrue(module.parameters().All(p => p.dtype == ScalarType.BFloat16), name);
            if (module is BatchNorm2d _)
                Assert.IsTrue(module.parameters().Concat(module.buffers().Where(b => b.is_floating_point())).All(t => t.dtype == ScalarType.Float32), name);
        }

        var before = Parts(network.state_dict())["conv1.weight"].Values;
        weights.Values.fill_(1 + 1 / 1024f); // which bfloat16, with 7 bits after the point, rounds to 1
        CollectionAssert.AreEqual(before, Parts(network.state_dict())["conv1.weight"].Values);
        weights.Publish();
        Assert.IsTrue(Array.TrueForAll(Parts(network.state_dict())["conv1.weight"].Values, v => v == 1));
        Assert.IsTrue(Array.TrueForAll(Parts(network.state_dict())["fc.weight"].Values, v => v == 1));
        Assert.IsTrue(Array.TrueForAll(Parts(network.state_dict())["bn1.weight"].Values, v => v == 1 + 1 / 1024f));
        Assert.IsTrue(Array.TrueForAll(Parts(weights.State())["conv1.weight"].Values, v => v == 1 + 1 / 1024f), "what is kept and saved is float32");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Restore_Snapshot_BringsWeightsAndStatisticsBackToTheNetwork(bool isHalf)
    {
        using var network = ResidualNetwork.Seeded(3, small);
        using var weights = new WeightVector(network, new(), isHalf);
        using var snapshot = weights.Snapshot();
        var before = Parts(network.state_dict());
        weights.Values.fill_(2);
        weights.NormStatistics.fill_(2);
        weights.Publish();

        weights.Restore(snapshot);

        RequireSame(before, Parts(network.state_dict()), isWhole: false);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Segments_LayerDecay_SlowEachBlockByOneFactorMore(bool isHalf)
    {
        // ResNet-18 has 8 blocks: from fc, whose factor is 0.5⁰, to the stem there are 9 steps.
        var exponents = new Dictionary<string, int>
        {
            ["conv1"] = 9,
            ["bn1"] = 9,
            ["layer1.0"] = 8,
            ["layer1.1"] = 7,
            ["layer2.0"] = 6,
            ["layer2.1"] = 5,
            ["layer3.0"] = 4,
            ["layer3.1"] = 3,
            ["layer4.0"] = 2,
            ["layer4.1"] = 1,
            ["fc"] = 0,
        };
        using var network = ResidualNetwork.Seeded(3, ResNetVariant.ResNet18, classes: 5);
        var options = new OptimizerOptions { LayerDecay = 0.5, Momentum = 0, Nesterov = false, WeightDecay = 0 };
        using var weights = new WeightVector(network, options, isHalf);
        using var optimizer = Optimizer.Create(options, weights);
        weights.Values.zero_();
        weights.Gradients.fill_(1);

        optimizer.Step(rate: 1, batches: 1); // each weight is then minus its factor

        using var scope = NewDisposeScope();
        foreach (var (name, view) in weights.ByName(weights.Values))
        {
            var factor = (float)Math.Pow(0.5, exponents.Single(e => name.StartsWith(e.Key + ".", StringComparison.Ordinal)).Value);
            Assert.AreEqual((-factor, -factor), (view.min().item<float>(), view.max().item<float>()), name);
        }
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public void Segments_NormsAndBiases_DecayIfAsked(bool decaysAll, bool isHalf)
    {
        using var network = ResidualNetwork.Seeded(3, small);
        var options = new OptimizerOptions { DecaysNormsAndBiases = decaysAll, Momentum = 0, Nesterov = false, WeightDecay = 0.5 };
        using var weights = new WeightVector(network, options, isHalf);
        using var optimizer = Optimizer.Create(options, weights);
        weights.Values.fill_(1);

        optimizer.Step(rate: 1, batches: 1); // without gradients: 1 − 0.5 where weights decay

        using var scope = NewDisposeScope();
        foreach (var (name, view) in weights.ByName(weights.Values))
        {
            var isWeightOfLayer = name.Contains("conv") || name == "fc.weight";
            var expected = decaysAll || isWeightOfLayer ? 0.5f : 1;
            Assert.AreEqual((expected, expected), (view.min().item<float>(), view.max().item<float>()), name);
        }
    }

    [TestMethod]
    [DataRow(false, 1e-5)]
    [DataRow(true, 0.02)] // bfloat16 keeps 8 bits: 0.4 %
    public void Gradients_OfTwoBatches_AverageToThoseOfBothAtOnce(bool isHalf, double tolerance)
    {
        using var network = ResidualNetwork.Seeded(3, small, classes: 4);
        network.FreezeNorms(); // else each batch is normalised by its own statistics
        network.train();
        using var weights = new WeightVector(network, new(), isHalf);
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (images, labels) = (randn(8, 3, 16, 16), tensor(new long[] { 0, 1, 2, 3, 3, 2, 1, 0 }));

        Learn(images, labels);
        var whole = weights.Gradients.data<float>().ToArray();
        weights.Gradients.zero_();
        Learn(images[..4], labels[..4]);
        Learn(images[4..], labels[4..]);
        var halves = weights.Gradients.div(2).data<float>().ToArray();

        Assert.IsGreaterThan(0.01f, whole.Max(Math.Abs));
        Assert.IsLessThan(tolerance, ReferenceFile.RelativeError(whole, halves));

        void Learn(Tensor x, Tensor y)
        {
            functional.cross_entropy(network.call(x), y).backward();
            weights.CollectGradients();
        }
    }

    [TestMethod]
    [DataRow(OptimizerKind.Sgd)]
    [DataRow(OptimizerKind.AdamW)]
    public void Update_GradientsInBFloat16_MovesAsTheirFloat32(OptimizerKind kind)
    {
        var options = new OptimizerOptions { Kind = kind, LearningRate = 0.01 };
        var (straight, widened) = (Stepped(isRead: false), Stepped(isRead: true));

        CollectionAssert.AreEqual(widened, straight);

        float[] Stepped(bool isRead)
        {
            using var scope = NewDisposeScope();
            using var network = ResidualNetwork.Seeded(3, small, classes: 4);
            network.train();
            using var weights = new WeightVector(network, options, isHalf: true);
            using var optimizer = Optimizer.Create(options, weights);
            manual_seed(5);
            for (var step = 0; step < 2; step++)
            {
                functional.cross_entropy(network.call(randn(8, 3, 16, 16)), arange(8, dtype: ScalarType.Int64) % 4).backward();
                weights.CollectGradients();
                if (isRead)
                    Assert.IsGreaterThan(0, weights.Gradients.abs().max().item<float>()); // they are float32 from here on
                optimizer.Step(0.01, batches: 1);
                Assert.AreEqual(0, weights.Gradients.abs().max().item<float>());
                var state = network.state_dict(); // rounded as libtorch rounds
                foreach (var (name, view) in weights.ByName(weights.Values).Where(part => state[part.Name].dtype == ScalarType.BFloat16))
                    Assert.IsTrue(view.to(ScalarType.BFloat16).eq(state[name]).all().item<bool>(), name);
            }
            return weights.Values.data<float>().ToArray();
        }
    }
}
