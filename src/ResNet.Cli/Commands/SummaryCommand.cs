using System.CommandLine;
using ResNet.Cli.Loading;
using ResNet.Cli.Output;
using ResNet.Torch;
using Spectre.Console;

namespace ResNet.Cli.Commands;

/// <summary><c>resnet summary NAME</c>: a network's layers.</summary>
static class SummaryCommand
{
    public static Command Create()
    {
        var name = new Argument<ResNetVariant>("NAME")
        {
            Description = "The network, as 'resnet models' lists it.",
            CustomParser = result => ModelOptions.Options.Parsed(result, text => ResNetVariant.TryFind(text, out var variant) ? variant : throw new FormatException(ModelOptions.Options.NoNetwork(text))),
        };
        var size = new Option<int?>("--size") { Description = "Height and width of the images, in pixels. Default: 32 with a small stem, else 224.", HelpName = "PIXELS" };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
                result.AddError("--size is at least 1 pixel.");
        });
        return new ToolCommand("summary", "Tells a network's layers: output, parameters and multiply-adds of each.", "resnet summary resnet50", "resnet summary resnet20 --size 32 --json")
        {
            name, size,
        }.Runs(run => Summarize(run, run.Required(name), run.Value(size)));
    }

    static void Summarize(CommandRun run, ResNetVariant variant, int? size)
    {
        var side = size ?? ModelsCommand.SizeOf(variant);
        using var network = new ResidualNetwork(variant);
        var summary = NetworkSummary.Of(network, side, side);
        if (run.Output.IsJson)
        {
            foreach (var layer in summary.Layers)
                run.Output.Json(layer);
            run.Output.Json(new { summary.Network, Size = side, summary.Parameters, summary.MultiplyAdds, summary.ActivationBytes });
            return;
        }
        var table = CommandOutput.NewTable("layer", "kind", "output", "#parameters", "#multiply-adds");
        foreach (var layer in summary.Layers)
            table.AddRow(Markup.Escape(layer.Name), layer.Kind, string.Join('×', layer.OutputShape), FormattableString.Invariant($"{layer.Parameters:N0}"), FormattableString.Invariant($"{layer.MultiplyAdds:N0}"));
        run.Output.Show(table);
        run.Output.Line(FormattableString.Invariant(
            $"{summary.Network} at {side}×{side}: {summary.Parameters:N0} parameters, {summary.MultiplyAdds / 1e9:F3} billion multiply-adds, {summary.ActivationBytes / 1e6:F1} MB of activations for an image in float32"));
    }
}
