using System.Text.Json;
using System.Text.RegularExpressions;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>A command of docs/command-line.md and the lines that it is said to answer.</summary>
sealed partial record Transcript(string Command, IReadOnlyList<string> Answer)
{
    /// <summary>Those of the page, in their order.</summary>
    public static IEnumerable<Transcript> All => new Page("docs/command-line.md").Blocks.Where(block => block.Language == "console")
        .SelectMany(block => Prompt().Split(block.Text).Skip(1))
        .Select(text => text.TrimEnd().Split('\n'))
        .Select(lines => new Transcript(lines[0], lines[1..]));

    /// <summary>The commands of its pipe.</summary>
    public ShellLine Line => ShellLine.Parse(Command);

    /// <summary>The arguments of <c>resnet</c>, where it reads nothing of a pipe.</summary>
    public string[]? Arguments => ShellLine.ToolArguments(Line.Commands[0]);

    /// <summary>Runs it again, and what it is piped to.</summary>
    public IReadOnlyList<string> Again()
    {
        var result = Tool.Run(Arguments!);
        Assert.AreEqual(ExitCode.Success, result.ExitCode, $"{Command}: {result.Error}");
        var lines = $"{result.Error}{result.Output}".Trim('\n', '\r').Split('\n').Select(line => line.TrimEnd()).ToList();
        var trimmed = lines.SkipWhile(line => line.Length == 0).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToList();
        return Line.Commands is [_, ["tail", "-n", var count]] ? [.. trimmed.TakeLast(int.Parse(count, null))] : trimmed;
    }

    /// <summary>What of lines is alike whatever the images: their words, or the names of their JSON. Tables are as wide as their content, and lines of progress as frequent as the work is long.</summary>
    public static HashSet<string> Forms(IEnumerable<string> lines, IEnumerable<string> classes) => [.. lines
        .Where(line => line.Length > 0 && !line.Contains("  ", StringComparison.Ordinal) && !line.Contains("──", StringComparison.Ordinal) && !line.Contains("/s, ", StringComparison.Ordinal))
        .Select(line => line.StartsWith('{') ? Names(line) : Figures().Replace(classes.Aggregate(line, (text, name) => Regex.Replace(text, $@"\b{name}\b", "#")), "#"))];

    static string Names(string json)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join(", ", document.RootElement.EnumerateObject().Select(member => member.Name));
    }

    [GeneratedRegex(@"^\$ ", RegexOptions.Multiline)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"(\d+ min )?\d[\d.,]*(E-?\d+)?( s\b)?")]
    private static partial Regex Figures();
}
