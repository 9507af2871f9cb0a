using System.Globalization;
using System.Text.RegularExpressions;
using ResNet.Torch;

namespace ResNet.Cli.Verifying;

/// <summary>An optimizer as a reference writes it: <c>SGD lr=0.01 momentum=0.9 nesterov=False weight_decay=1e-4</c>.</summary>
internal static partial class OptimizerText
{
    const string Expected = "an optimizer such as \"SGD lr=0.01 momentum=0.9 nesterov=False weight_decay=1e-4\" or \"AdamW lr=1e-3 betas=(0.9,0.999) eps=1e-8 weight_decay=1e-2\"";

    /// <summary>What PyTorch has where the text says nothing.</summary>
    public static OptimizerOptions Parse(ReferenceValue value)
    {
        var words = value.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var kind = words.FirstOrDefault() switch
        {
            "SGD" => OptimizerKind.Sgd,
            "Adam" => OptimizerKind.Adam,
            "AdamW" => OptimizerKind.AdamW,
            _ => throw value.Fault(Expected),
        };
        var options = new OptimizerOptions
        {
            Kind = kind,
            LearningRate = 1e-3,
            ReferenceBatchSize = null,
            Momentum = 0,
            Nesterov = false,
            WeightDecay = kind == OptimizerKind.AdamW ? 1e-2 : 0,
            DecaysNormsAndBiases = true,
        };
        options = words.Skip(1).Aggregate(options, (so, word) => With(so, word) ?? throw value.Fault(Expected));
        return options.Faults().FirstOrDefault() is { } fault ? throw value.Fault($"{Expected}; {fault}") : options;
    }

    static OptimizerOptions? With(OptimizerOptions options, string word) => word.Split('=') switch
    {
        ["lr", var text] when Number(text) is { } rate => options with { LearningRate = rate },
        ["momentum", var text] when Number(text) is { } momentum => options with { Momentum = momentum },
        ["weight_decay", var text] when Number(text) is { } decay => options with { WeightDecay = decay },
        ["eps", var text] when Number(text) is { } epsilon => options with { Epsilon = epsilon },
        ["nesterov", "True" or "False"] => options with { Nesterov = word.EndsWith("True", StringComparison.Ordinal) },
        ["betas", var text] when Pair().Match(text) is { Success: true } pair && Number(pair.Groups[1].Value) is { } first && Number(pair.Groups[2].Value) is { } second =>
            options with { Beta1 = first, Beta2 = second },
        _ => null,
    };

    static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"^\(([^,]+),([^,]+)\)$")]
    private static partial Regex Pair();
}
