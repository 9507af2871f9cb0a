using System.Globalization;
using System.Text.Json;

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
    public void Of_ReferenceCurves_HasTheirPointsAndSuggestions()
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
            var steepest = expected.Value.GetProperty("steepest");
            Assert.AreEqual(steepest.ValueKind == JsonValueKind.Null ? null : rates[steepest.GetInt32()], curve.Suggestion, expected.Name);
        }
    }

    [TestMethod]
    public void Suggestion_LogisticCurve_IsItsPointOfInflection()
    {
        // A logistic curve in ln(rate) is steepest at its middle, here 1e-3: point 30 of 61, ten a decade.
        var rates = Enumerable.Range(0, 61).Select(i => Math.Pow(10, -6 + i / 10.0)).ToList();

        var curve = LearningRateCurve.Of(rates.Select(rate => (rate, 2.3 - 2 / (1 + 1e-3 / rate))), smoothing: 0);

        Assert.AreEqual(rates[30], curve.Suggestion);
    }

    [TestMethod]
    [DataRow(1.0, 1, DisplayName = "Steepest in the first tenth")]
    [DataRow(3.0, 56, DisplayName = "Steepest in the last five")]
    public void Suggestion_SteepestPointIsLeftOut_IsTheSteepestOfTheRest(double drop, int at)
    {
        // Falls by 0.01 a step, by 0.1 at step 20, and by more where it does not count.
        var losses = Enumerable.Range(0, 60).Select(i => 10 - 0.01 * i - (i >= 20 ? 0.1 : 0) - (i >= at ? drop : 0)).ToList();
        var rates = Enumerable.Range(0, 60).Select(i => Math.Pow(2, i - 50)).ToList();

        var suggestion = LearningRateCurve.Of(rates.Zip(losses), smoothing: 0).Suggestion;

        Assert.IsTrue(suggestion == rates[19] || suggestion == rates[20], $"The drop lies between points 19 and 20; the suggestion was {suggestion}.");
    }

    [TestMethod]
    public void Suggestion_LossNeverFell_IsNull()
    {
        Assert.IsNull(LearningRateCurve.Of(Enumerable.Range(1, 20).Select(i => ((double)i, 1.0))).Suggestion);
        Assert.IsNull(LearningRateCurve.Of(Enumerable.Range(1, 20).Select(i => ((double)i, 1.0 + i))).Suggestion);
    }

    [TestMethod]
    public void Suggestion_FewPoints_IsNullBelowSeven()
    {
        static LearningRateCurve Falling(int points) => LearningRateCurve.Of(Enumerable.Range(1, points).Select(i => ((double)i, 10.0 - i)), smoothing: 0);

        Assert.IsNull(Falling(0).Suggestion);
        Assert.IsNull(Falling(6).Suggestion);
        Assert.AreEqual(2, Falling(7).Suggestion);
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
