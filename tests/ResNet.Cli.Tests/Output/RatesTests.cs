using ResNet.Cli.Output;

namespace ResNet.Cli.Tests.Output;

[TestClass]
public class RatesTests
{
    [TestMethod]
    [DataRow(0.0, "0")]
    [DataRow(0.70512, "0.705")]
    [DataRow(25.349, "25.3")]
    [DataRow(99.96, "100")]
    [DataRow(2_521.6, "2522")]
    [DataRow(1_234_567.0, "1234567")]
    public void Text_AnyRate_HasThreeDigitsAndNoExponent(double perSecond, string expected) => Assert.AreEqual(expected, Rates.Text(perSecond));
}
