using ResNet.Torch.Training;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class LearningRateScheduleTests
{
    /// <summary>PyTorch's schedulers by their names in the reference; exponential ones are not offered.</summary>
    static readonly Dictionary<string, ScheduleOptions> schedules = new()
    {
        ["step"] = new() { Kind = ScheduleKind.Step, StepEpochs = 3, WarmupFraction = 0 },
        ["multistep"] = new() { Kind = ScheduleKind.MultiStep, Milestones = [3, 7], WarmupFraction = 0 },
        ["cosine"] = new() { WarmupFraction = 0 },
        ["cosine_eta_min"] = new() { MinimumLearningRate = 0.001, WarmupFraction = 0 },
        ["polynomial"] = new() { Kind = ScheduleKind.Polynomial, WarmupFraction = 0 },
        ["polynomial_squared"] = new() { Kind = ScheduleKind.Polynomial, Power = 2, WarmupFraction = 0 },
        ["polynomial_short"] = new() { Kind = ScheduleKind.Polynomial, Power = 0.9, WarmupFraction = 0 },
        ["onecycle"] = new() { Kind = ScheduleKind.OneCycle, WarmupFraction = 0.3 },
        ["onecycle_epochs"] = new() { Kind = ScheduleKind.OneCycle, WarmupFraction = 0.3 },
    };

    static readonly Dictionary<string, ScheduleOptions> afterWarmup = new()
    {
        ["cosine"] = new(),
        ["step"] = new() { Kind = ScheduleKind.Step, StepEpochs = 6 },
        ["multistep"] = new() { Kind = ScheduleKind.MultiStep, Milestones = [5, 10] },
        ["polynomial"] = new() { Kind = ScheduleKind.Polynomial },
    };

    /// <summary>How many rates of a table are ours, where it goes on beyond the training's end.</summary>
    static readonly Dictionary<string, int> shorter = new() { ["polynomial_short"] = 6 };

    static ScheduleOptions? OptionsFor(string name) => name.Split('_') switch
    {
        ["warmup", var warmup, var next] => afterWarmup.GetValueOrDefault(next) is { } options
            ? options with { Warmup = Enum.Parse<WarmupKind>(warmup, ignoreCase: true), WarmupFraction = 0.25, WarmupDecay = 0.01 }
            : null,
        _ => schedules.GetValueOrDefault(name),
    };

    [TestMethod]
    public void At_PyTorchsSchedulers_HasTheirRates()
    {
        var leftOut = new List<string>();
        foreach (var table in ReferenceFile.Read("schedules.json").GetProperty("schedules").EnumerateObject())
        {
            if (OptionsFor(table.Name) is not { } options)
            {
                leftOut.Add(table.Name);
                continue;
            }
            var rates = table.Value.GetProperty("rates").EnumerateArray().Select(x => x.GetDouble()).ToList();
            if (shorter.TryGetValue(table.Name, out var length))
                rates = rates[..length];
            var stepsPerEpoch = table.Name == "onecycle_epochs" ? 7 : 1;
            var schedule = new LearningRateSchedule(options, table.Value.GetProperty("lr").GetDouble(), stepsPerEpoch, rates.Count / stepsPerEpoch);

            for (var step = 0; step < rates.Count; step++)
                Assert.AreEqual(rates[step], schedule.At(step), 1e-9, $"{table.Name}, step {step}");
        }
        CollectionAssert.AreEquivalent(new[] { "exponential", "warmup_linear_exponential", "warmup_constant_exponential" }, leftOut);
    }

    // 2 of 10 steps warm up from a hundredth; then peak·(1 + cos(π·k/8))/2, worked by hand at quarters of the way.
    [TestMethod]
    [DataRow(0, 0.004)]
    [DataRow(1, 0.202)]
    [DataRow(2, 0.4)]
    [DataRow(4, 0.4 * 0.853553390593)]
    [DataRow(6, 0.2)]
    [DataRow(8, 0.4 * 0.146446609407)]
    [DataRow(9, 0.4 * 0.038060233744)]
    public void At_Step_FollowsWarmUpAndCosine(int step, double expected) =>
        Assert.AreEqual(expected, new LearningRateSchedule(new() { WarmupFraction = 0.2 }, 0.4, 5, 2).At(step), 1e-9);

    [TestMethod]
    public void At_WithoutWarmUp_StartsAtThePeak() =>
        Assert.AreEqual(0.4, new LearningRateSchedule(new() { WarmupFraction = 0 }, 0.4, 10, 1).At(0), 1e-12);

    [TestMethod]
    [DataRow(0.29, 10, 10, 29)] // 0.29·100 is 28.999999999999996
    [DataRow(0.2, 5, 3, 3)]
    [DataRow(5.0 / 600, 1252, 600, 6260)]
    public void At_WarmUpFraction_WarmsUpForThatShareOfTheSteps(double fraction, int stepsPerEpoch, int epochs, int expected)
    {
        var schedule = new LearningRateSchedule(new() { Kind = ScheduleKind.Constant, WarmupFraction = fraction }, 1, stepsPerEpoch, epochs);

        Assert.IsLessThan(1, schedule.At(expected - 1));
        Assert.AreEqual(1, schedule.At(expected));
    }

    [TestMethod]
    [DataRow(ScheduleKind.Step, new[] { 0.4, 0.4, 0.4, 0.04, 0.04, 0.04, 0.004, 0.004 })]
    [DataRow(ScheduleKind.MultiStep, new[] { 0.4, 0.4, 0.4, 0.04, 0.04, 0.04, 0.04, 0.004 })]
    [DataRow(ScheduleKind.Polynomial, new[] { 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05 })]
    public void At_SeveralStepsInAnEpoch_ChangesWithinIt(ScheduleKind kind, double[] expected)
    {
        var options = new ScheduleOptions { Kind = kind, WarmupFraction = 0, StepEpochs = 1.5, Milestones = kind == ScheduleKind.MultiStep ? [1.5, 3.5] : [] };
        var schedule = new LearningRateSchedule(options, 0.4, stepsPerEpoch: 2, epochs: 4);

        for (var step = 0; step < 8; step++)
            Assert.AreEqual(expected[step], schedule.At(step), 1e-12, $"step {step}");
    }

    [TestMethod]
    [DataRow(10, 0.1)] // the peak is the first step, 0.1·10 − 1
    [DataRow(3, 0.1)]  // it would lie before it
    [DataRow(1, 0.5)]
    public void At_OneCycleOfFewSteps_FallsFromAboutThePeak(int steps, double fraction)
    {
        var schedule = new LearningRateSchedule(new() { Kind = ScheduleKind.OneCycle, WarmupFraction = fraction }, 1, steps, 1);

        var rates = Enumerable.Range(0, steps).Select(step => schedule.At(step)).ToList();

        Assert.IsTrue(rates.TrueForAll(rate => rate is > 0 and <= 1), string.Join(", ", rates));
        CollectionAssert.AreEqual(rates.OrderDescending().ToList(), rates);
        if (steps == 10)
            Assert.AreEqual(1, rates[0], 1e-12);
    }
}
