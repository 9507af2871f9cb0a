using System.CommandLine;
using ResNet.Cli.Output;
using ResNet.Torch;
using Spectre.Console;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet models</c>: the table of networks.</summary>
static class ModelsCommand
{
    /// <summary>What torchvision publishes its figures for, and what CIFAR's images have.</summary>
    const int StandardSize = 224, SmallSize = 32;

    sealed record Row(string Name, long Parameters, long MultiplyAdds, int Size, int Classes, IReadOnlyList<string> Pretrained);

    public static Command Create() => new ToolCommand(
        "models", "Lists the networks: parameters, multiply-adds for one image, and trained weights that are fetched by name.",
        "resnet models", "resnet models --json").Runs(Run);

    static void Run(CommandRun run)
    {
        var rows = ResNetVariant.All.Select(Describe);
        if (run.Output.IsJson)
        {
            foreach (var row in rows)
                run.Output.Json(row);
            return;
        }
        var table = CommandOutput.NewTable("name", "#parameters", "#multiply-adds", "#pixels", "#classes", "pretrained");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Name, FormattableString.Invariant($"{row.Parameters:N0}"), FormattableString.Invariant($"{row.MultiplyAdds / 1e9:F3} G"),
                FormattableString.Invariant($"{row.Size}×{row.Size}"), FormattableString.Invariant($"{row.Classes}"), string.Join(", ", row.Pretrained.Select(name => name.Split('.')[^1])));
        }
        run.Output.Show(table);
    }

    /// <summary>Height and width of the images that a row was published for.</summary>
    public static int SizeOf(ResNetVariant variant) => variant.Stem == Stem.Small ? SmallSize : StandardSize;

    static Row Describe(ResNetVariant variant)
    {
        var size = SizeOf(variant);
        return new(variant.Name, variant.ParameterCount, variant.MultiplyAdds(size, size), size, variant.Classes,
            [.. PretrainedWeights.All.Where(weights => weights.Variant == variant).Select(weights => weights.Name)]);
    }
}
