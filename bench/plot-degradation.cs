// Draws docs/images/degradation.svg from bench/results/degradation-*.csv: dotnet run bench/plot-degradation.cs [RESULTS [IMAGE]]

#:package ScottPlot@5.1.59
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false
#:property WarningsNotAsErrors=NU1603

using System.Globalization;
using ScottPlot;

var results = args.ElementAtOrDefault(0) ?? "bench/results";
var image = args.ElementAtOrDefault(1) ?? "docs/images/degradation.svg";

using var plot = new Plot();
foreach (var (network, color, pattern) in new[]
{
    ("plain20", Colors.DarkOrange, LinePattern.Dashed), ("plain56", Colors.FireBrick, LinePattern.Solid),
    ("resnet20", Colors.SteelBlue, LinePattern.Dashed), ("resnet56", Colors.Navy, LinePattern.Solid),
})
{
    var rows = File.ReadLines(Path.Combine(results, $"degradation-{network}.csv")).Skip(1).Select(row => row.Split(',')).ToList();
    double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
    var line = plot.Add.ScatterLine(rows.ConvertAll(row => Number(row[0])), rows.ConvertAll(row => 100 * (1 - Number(row[3]))), color);
    (line.LegendText, line.LinePattern, line.LineWidth) = (network, pattern, 2);
}
plot.XLabel("epoch");
plot.YLabel("training error, %");
plot.Axes.SetLimitsY(0, 100);
plot.ShowLegend(Alignment.LowerLeft);
plot.SaveSvg(image, 800, 450);
Console.WriteLine(image);
