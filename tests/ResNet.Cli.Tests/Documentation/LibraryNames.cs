using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms.Onnx;
using ResNet.MLNet;
using ResNet.Torch;
using TorchSharp;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>What there is under a name: types and members, options of the tool, environment variables.</summary>
static partial class LibraryNames
{
    static readonly Lazy<HashSet<string>> members = new(() =>
    [
        .. new[] { typeof(ImageClassifier), typeof(ResNetClassifierOptions), typeof(MLContext), typeof(IDataView), typeof(MLImage), typeof(NormalizationCatalog), typeof(InferenceSession), typeof(OnnxTransformer), typeof(torch), typeof(Console), typeof(File), typeof(List<>), typeof(object), typeof(Enumerable) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Select(member => member.Name).Append(type.Name.Split('`')[0])),
        nameof(Microsoft), .. typeof(MLContext).Namespace!.Split('.'),
    ]);

    static readonly Lazy<string> sources = new(() => string.Concat(
        Directory.GetFiles(Page.FullPath("src"), "*.cs", SearchOption.AllDirectories).Concat(Directory.GetFiles(Page.FullPath("tests"), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText)));

    /// <summary>Whether code within text is a name of the libraries or of .NET, as <c>TrainingOptions.Epochs</c> or <c>Fit(rows)</c>, that nothing has.</summary>
    public static IEnumerable<string> Unknown(string code)
    {
        if (Tool().Match(code) is { Success: true } tool)
            return UnknownOfTool(tool.Groups[1].Value, code);
        if (Variable().IsMatch(code))
            return Environment(code) ? [] : [code];
        if (!Names().IsMatch(code))
            return [];
        var segments = code.Split('(')[0].Split('<')[0].Split('.').SkipWhile(segment => char.IsLower(segment[0])); // mlContext, model: a program's own
        return segments.Where(segment => !members.Value.Contains(segment) && !IsText(segment));
    }

    /// <summary>Whether anything in src or tests reads a variable of the environment.</summary>
    public static bool Environment(string name) => sources.Value.Contains(name, StringComparison.Ordinal);

    /// <summary>Names of columns and files' members are texts in the sources.</summary>
    static bool IsText(string segment) => sources.Value.Contains($"\"{segment}\"", StringComparison.Ordinal);

    static IEnumerable<string> UnknownOfTool(string command, string code)
    {
        if (ResNetTool.Root().Subcommands.SingleOrDefault(one => one.Name == command) is not { } found)
            return [code];
        var options = found.Options.Concat(ResNetTool.Root().Options).Select(option => option.Name).ToHashSet();
        return Option().Matches(code).Select(option => option.Value).Where(option => !options.Contains(option));
    }

    [GeneratedRegex(@"^resnet ([a-z-]+)")]
    private static partial Regex Tool();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex("^[A-Z]+(_[A-Z]+)+_?$")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^([a-z]\w*\.)?[A-Z][a-z]\w*(\.[A-Z]\w*)*(<.*>)?(\(.*\))?$")]
    private static partial Regex Names();
}
