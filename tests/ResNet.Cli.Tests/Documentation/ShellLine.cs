using System.Text.RegularExpressions;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>A line of a page's shell, as its words.</summary>
/// <param name="Commands">The words of each command of a pipe, without values of the environment before them.</param>
/// <param name="Environment">Names of the environment that it sets.</param>
sealed partial record ShellLine(IReadOnlyList<string[]> Commands, IReadOnlyList<string> Environment)
{
    /// <summary>Reads lines; comments, empty ones and what a console answered are left out.</summary>
    public static IEnumerable<ShellLine> In(CodeBlock block) => block.RunText.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        .Select(line => line.Trim())
        .Where(line => block.Language != "console" || line.StartsWith("$ ", StringComparison.Ordinal))
        .Select(line => block.Language == "console" ? line[2..] : line)
        .Select(Parse)
        .Where(line => line.Commands.Count > 0);

    /// <summary>Reads one line.</summary>
    public static ShellLine Parse(string line)
    {
        var (commands, environment, words) = (new List<string[]>(), new List<string>(), new List<string>());
        foreach (var word in Words().Matches(line).Select(match => match.Value))
        {
            if (word.StartsWith('#'))
                break;
            if (word == "|")
                (_, words) = (Add(), []);
            else if (words.Count == 0 && Assignment().Match(word) is { Success: true } assignment)
                environment.Add(assignment.Groups[1].Value);
            else
                words.Add(word is ['"' or '\'', .. var quoted, '"' or '\''] ? quoted : word);
        }
        Add();
        return new(commands, environment);

        bool Add()
        {
            if (words.Count > 0)
                commands.Add([.. words]);
            return true;
        }
    }

    /// <summary>The arguments of the tool <c>resnet</c>, however it is started; null where the command is another.</summary>
    public static string[]? ToolArguments(string[] command) => command switch
    {
        [ResNetTool.Name, .. var arguments] => arguments,
        ["dotnet", "run", "--project", "src/ResNet.Cli", "--", .. var arguments] => arguments,
        ["dotnet", "run", "-c", "Release", "--project", "src/ResNet.Cli", "--", .. var arguments] => arguments,
        _ => null,
    };

    [GeneratedRegex("""\#.*$|"[^"]*"|'[^']*'|[^\s"']+""")]
    private static partial Regex Words();

    [GeneratedRegex("^([A-Z_]+)=")]
    private static partial Regex Assignment();
}
