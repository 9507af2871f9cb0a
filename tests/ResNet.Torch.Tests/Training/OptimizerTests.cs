using System.Text.Json;
using ResNet.Torch.Training;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Training;

/// <summary>PyTorch's optimizers, step for step, on 16 weights at the front of a network's vector; the others are zero, and stay so.</summary>
[TestClass]
public sealed class OptimizerTests : IDisposable
{
    const int Steps = 10;

    /// <summary>Of the largest weight of a step; the reference is float64, the weights are float32.</summary>
    const double Tolerance = 1e-5;

    static readonly JsonElement reference = ReferenceFile.Read("optimizers.json");

    static readonly Dictionary<string, OptimizerOptions> optimizers = new()
    {
        ["sgd"] = new() { LearningRate = 0.1, Nesterov = false, WeightDecay = 1e-4 },
        ["sgd_nesterov"] = new() { LearningRate = 0.1, WeightDecay = 1e-4 },
        ["adam"] = new() { Kind = OptimizerKind.Adam, LearningRate = 0.01, WeightDecay = 1e-2 },
        ["adamw"] = new() { Kind = OptimizerKind.AdamW, LearningRate = 0.01, WeightDecay = 1e-2 },
    };

    readonly ResidualNetwork network = new(ResNetVariant.ResNet20 with { Depths = new(1, 1, 1) });

    public void Dispose() => network.Dispose();

    static float[] Gradient(int t) =>
    [
        .. Enumerable.Range(0, 12).Select(k => (float)(0.1 * t * Math.Sin(0.3 * t + 0.5 * k))),
        .. Enumerable.Range(1, 4).Select(j => (float)(0.1 * t * Math.Cos(0.2 * t * j))),
    ];

    static float[] Row(JsonElement rows, int step) => [.. rows[step].EnumerateArray().Select(x => x.GetSingle())];

    static float[] First16(Tensor vector)
    {
        using var scope = NewDisposeScope();
        return vector.narrow(0, 0, 16).data<float>().ToArray();
    }

    static void Set(Tensor vector, float[] values)
    {
        using var scope = NewDisposeScope();
        vector.zero_();
        vector.narrow(0, 0, values.Length).copy_(tensor(values));
    }

    /// <summary>Takes the ten steps, each after <paramref name="gradients"/> of its number, counted from 1; with the processor's own pass over the weights, and with libtorch's operations, as on a GPU.</summary>
    void Walk(OptimizerOptions options, Func<int, double> rate, Func<int, float[][]> gradients, Action<WeightVector, int> check)
    {
        options = options with { DecaysNormsAndBiases = true }; // one segment
        Walk(options, byTensors: false, rate, gradients, check);
        Walk(options, byTensors: true, rate, gradients, check);
    }

    void Walk(OptimizerOptions options, bool byTensors, Func<int, double> rate, Func<int, float[][]> gradients, Action<WeightVector, int> check)
    {
        using var weights = new WeightVector(network, options, isHalf: false);
        using var optimizer = Optimizer.Create(options, weights, byTensors);
        Set(weights.Values, reference.Floats("initial"));
        for (var t = 1; t <= Steps; t++)
        {
            var parts = gradients(t);
            Set(weights.Gradients, [.. Enumerable.Range(0, 16).Select(i => parts.Sum(part => part[i]))]);
            optimizer.Step(rate(t), parts.Length);
            check(weights, t);
        }
        using var scope = NewDisposeScope();
        Assert.AreEqual(0, weights.Values.narrow(0, 16, weights.Values.numel() - 16).abs().max().item<float>());
        Assert.AreEqual(0, weights.Gradients.abs().max().item<float>());
        Assert.AreEqual(Steps, optimizer.Steps);
    }

    [TestMethod]
    [DataRow("sgd")]
    [DataRow("sgd_nesterov")]
    [DataRow("adam")]
    [DataRow("adamw")]
    public void Step_TenTimes_IsPyTorchs(string name)
    {
        var options = optimizers[name];
        foreach (var (kind, rate, gradients, used) in new (string, Func<int, double>, Func<int, float[][]>, OptimizerOptions)[]
        {
            ("plain", _ => options.LearningRate, t => [Gradient(t)], options),
            ("lr_change", t => options.LearningRate * (t < 5 ? 1 : 0.1), t => [Gradient(t)], options),
            ("clip", _ => options.LearningRate, t => [Gradient(t)], options with { ClipGradientNorm = 1 }),
            ("accumulate", _ => options.LearningRate, t => [Gradient(2 * t - 1), Gradient(2 * t)], options),
        })
        {
            var rows = reference.GetProperty("optimizers").GetProperty(name).GetProperty(kind);
            Walk(used, rate, gradients, (weights, t) =>
                Assert.IsLessThan(Tolerance, ReferenceFile.RelativeError(Row(rows, t - 1), First16(weights.Values)), $"{name}, {kind}, step {t}"));
        }
    }

    [TestMethod]
    public void Reference_Optimizers_AreAllTested() =>
        CollectionAssert.AreEquivalent(optimizers.Keys, reference.GetProperty("optimizers").EnumerateObject().Select(o => o.Name).ToList());

    [TestMethod]
    public void WeightAverage_AfterEachStep_IsPyTorchs()
    {
        WeightAverage? average = null;
        try
        {
            Walk(optimizers["sgd"], _ => 0.1, t => [Gradient(t)], (weights, t) =>
            {
                if (t == 1) // of each walk
                {
                    average?.Dispose();
                    average = new(weights, decay: 0.9, everySteps: 1);
                }
                average!.After(t - 1);
                Assert.IsLessThan(Tolerance, ReferenceFile.RelativeError(Row(reference.GetProperty("ema_of_sgd_plain"), t - 1), First16(average.Value.Values)), $"step {t}");
            });
        }
        finally
        {
            average?.Dispose();
        }
    }

    [TestMethod]
    public void WeightAverage_EveryThirdStep_CopiesThenAveragesWeightsAndStatistics()
    {
        using var weights = new WeightVector(network, new(), isHalf: false);
        using var average = new WeightAverage(weights, decay: 0.75, everySteps: 3);
        for (var step = 0; step < 6; step++)
        {
            weights.Values.fill_(step);
            weights.NormStatistics.fill_(10 + step);
            average.After(step);
        }

        // 0 is copied at step 0; at step 3 it keeps three quarters: 0.75·0 + 0.25·3, and 0.75·10 + 0.25·13.
        Assert.AreEqual(2, average.Updates);
        using var scope = NewDisposeScope();
        Assert.AreEqual((0.75f, 0.75f), (average.Value.Values.min().item<float>(), average.Value.Values.max().item<float>()));
        Assert.AreEqual((10.75f, 10.75f), (average.Value.NormStatistics.min().item<float>(), average.Value.NormStatistics.max().item<float>()));
    }
}
