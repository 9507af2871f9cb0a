using System.Globalization;
using System.Text.Json;

namespace ResNet.Benchmarks.Sides;

/// <summary>What a side's process does: a round for each number that comes, and a line of JSON in answer, until the input ends.</summary>
static class SideHost
{
    public static void Run(SideSettings settings)
    {
        using var side = SideKind.Find(settings.Side).Create(settings);
        while (Console.ReadLine() is { } images)
            Console.WriteLine(JsonSerializer.Serialize(side.Round(int.Parse(images, CultureInfo.InvariantCulture))));
    }
}
