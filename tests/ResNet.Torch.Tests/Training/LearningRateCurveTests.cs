using System.Globalization;

namespace ResNet.Torch.Tests.Training;

[TestClass]
public class LearningRateCurveTests
{
    [TestMethod]
    public void Of_HandWorkedLosses_SmoothsWithBiasCorrection()
    {
        // Half of the average, half of the loss: 2, 2, 1.5, over 1/2, 3/4, 7/8.
        var curve = LearningRateCurve.Of([(0.1, 4), (0.2, 2), (0.4, 1)], smoothing: 0.5);

        Assert.AreSequenceEqual([(0.1, 4.0), (0.2, 2.0), (0.4, 1.0)], curve.Points.Select(p => (p.LearningRate, p.Loss)));
        foreach (var (expected, point) in new[] { 4, 2 / 0.75, 1.5 / 0.875 }.Zip(curve.Points))
            Assert.AreEqual(expected, point.SmoothedLoss, 1e-12);
    }

    [TestMethod]
    public void Of_ReferenceCurves_HasTheirPoints()
    {
        var shapes = new Dictionary<string, Func<int, double, double>>
        {
            ["noisy"] = (i, r) => 2.3 - 1.8 / (1 + Math.Exp(-1.5 * (Math.Log(r) - Math.Log(0.003)))) + 0.05 * Math.Sin(7 * i) + Math.Pow(r / 0.2, 2),
            ["diverging"] = (_, r) => r > 0.1 ? double.NaN : 2.3 - 1.5 / (1 + Math.Exp(-3 * (Math.Log(r) - Math.Log(0.0001)))) + Math.Pow(r / 0.001, 2),
            ["rising"] = (i, _) => 1 + i / 50.0,
        };
        foreach (var expected in ReferenceFile.Read("learning-rate-curves.json").GetProperty("curves").EnumerateObject())
        {
            var loss = shapes[expected.Name.Split('_')[0]];
            var rates = Enumerable.Range(0, 100).Select(i => 1e-7 * Math.Pow(1e8, i / 99.0)).ToList();

            var curve = LearningRateCurve.Of(rates.Select((rate, i) => (rate, loss(i, rate))), expected.Value.GetProperty("smoothing").GetDouble());

            Assert.HasCount(expected.Value.GetProperty("points").GetInt32(), curve.Points, expected.Name);
            foreach (var (point, smoothed) in curve.Points.Zip(expected.Value.GetProperty("smoothed").EnumerateArray()))
                Assert.AreEqual(smoothed.GetDouble(), point.SmoothedLoss, 1e-9, expected.Name);
        }
    }

    /// <summary>Falls from 2.3 to 0.3 as a logistic curve in ln(rate), which is steepest at its middle, here 1e-3; from a hundredth on it rises with the rate's square.</summary>
    static double Logistic(double rate) => 2.3 - 2 / (1 + Math.Pow(1e-3 / rate, 2)) + Math.Pow(rate / 0.05, 2);

    static IEnumerable<double> Rates(int steps) => Enumerable.Range(0, steps).Select(i => 1e-5 * Math.Pow(1e4, i / (steps - 1.0)));

    [TestMethod]
    public void Suggestion_LogisticCurve_IsItsPointOfInflection()
    {
        var rates = Rates(41).ToList(); // ten a decade

        var suggestion = LearningRateCurve.Of(rates.Select(rate => (rate, Logistic(rate)))).Suggestion;

        Assert.AreEqual(rates[20], suggestion);
    }

    [TestMethod]
    [DataRow(20)]
    [DataRow(40)]
    [DataRow(80)]
    [DataRow(150)]
    [DataRow(400)]
    public void Suggestion_NoisyCurve_IsNearTheSteepestPointWhateverTheSteps(int steps)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var noise = new Random(seed);

            var suggestion = LearningRateCurve.Of(Rates(steps).Select(rate => (rate, Logistic(rate) + 0.4 * (noise.NextDouble() - 0.5)))).Suggestion;

            Assert.IsNotNull(suggestion);
            Assert.IsInRange(0.4e-3, 2.5e-3, suggestion.Value, $"seed {seed}");
        }
    }

    [TestMethod]
    public void Suggestion_NoiseWhereTheLossHardlyFalls_IsInTheDecadeBeforeTheLowest()
    {
        // Falls by a hundredth a step up to 1e-2 (point 60 of 81), and by 0.2 at 1e-5, where a single batch may do that; then it rises.
        var measured = Enumerable.Range(0, 81).Select(i => (Rate: Math.Pow(10, -8 + i / 10.0), Loss: 2.3 - 0.01 * Math.Min(i, 60) - (i >= 30 ? 0.2 : 0) + 0.1 * Math.Max(0, i - 60)));

        var suggestion = LearningRateCurve.Of(measured).Suggestion;

        Assert.IsNotNull(suggestion);
        Assert.IsInRange(1e-4, 1e-2, suggestion.Value);
    }

    [TestMethod]
    public void Suggestion_LossNeverFell_IsNull()
    {
        Assert.IsNull(LearningRateCurve.Of(Enumerable.Range(1, 20).Select(i => ((double)i, 2.3))).Suggestion);
        Assert.IsNull(LearningRateCurve.Of(Enumerable.Range(1, 20).Select(i => ((double)i, 1.0 + i))).Suggestion);
    }

    [TestMethod]
    public void Suggestion_FewPoints_IsNullBelowSeven()
    {
        static LearningRateCurve Falling(int points) => LearningRateCurve.Of(Enumerable.Range(1, points).Select(i => (Math.Pow(2, i), 10.0 - i)), smoothing: 0);

        Assert.IsNull(Falling(0).Suggestion);
        Assert.IsNull(Falling(6).Suggestion);
        Assert.AreEqual(16, Falling(7).Suggestion); // the one in the middle
    }

    [TestMethod]
    public void Of_SmoothedLossAboveFourTimesTheLowest_EndsThere()
    {
        var asked = 0;
        IEnumerable<(double, double)> Measured()
        {
            foreach (var loss in new[] { 2.0, 1, 4, 4.5, 1 })
                yield return (++asked, loss);
        }

        var curve = LearningRateCurve.Of(Measured(), smoothing: 0);

        Assert.AreSequenceEqual([2.0, 1, 4, 4.5], curve.Points.Select(p => p.Loss));
        Assert.AreEqual(4, asked);
    }

    [TestMethod]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    public void Of_LossIsNoFiniteNumber_EndsBeforeIt(double loss)
    {
        var curve = LearningRateCurve.Of([(0.1, 2), (0.2, loss), (0.3, 1)]);

        Assert.AreEqual(0.1, curve.Points.Single().LearningRate);
    }

    [TestMethod]
    [DataRow(0.0, 0.1, "step 1 has 0")]
    [DataRow(0.1, 0.1, "step 2 has 0.1, after 0.1")]
    [DataRow(0.1, double.PositiveInfinity, "step 2")]
    [DataRow(double.NaN, 0.1, "step 1")]
    public void Of_RatesThatDoNotAscend_NamesTheStep(double first, double second, string expected)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => LearningRateCurve.Of([(first, 1), (second, 1)]));

        Assert.Contains(expected, error.Message);
    }

    [TestMethod]
    [DataRow(-0.1)]
    [DataRow(1.0)]
    [DataRow(double.NaN)]
    public void Of_SmoothingOutOfRange_Throws(double smoothing) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LearningRateCurve.Of([], smoothing));

    [TestMethod]
    public void SaveCsv_CultureWithDecimalComma_WritesPoints()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("curve.csv");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NumberDecimalSeparator = "," } };
            LearningRateCurve.Of([(1e-7, 2), (0.25, 1.5)], smoothing: 0).SaveCsv(path);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.AreEqual("learning_rate,loss,smoothed_loss\r\n1E-07,2,2\r\n0.25,1.5,1.5\r\n", File.ReadAllText(path));
    }
}
