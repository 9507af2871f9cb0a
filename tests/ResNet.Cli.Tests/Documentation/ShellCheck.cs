namespace ResNet.Cli.Tests.Documentation;

/// <summary>What can be told of a command without running it.</summary>
static class ShellCheck
{
    static readonly HashSet<string> systems = ["apt-get", "cat", "cd", "find", "head", "ls", "mkdir", "python3", "sort", "tail", "tensorboard"];

    /// <summary>What is wrong with a line.</summary>
    public static IEnumerable<string> Faults(ShellLine line) =>
        line.Commands.SelectMany(Faults).Concat(line.Environment.Where(name => !LibraryNames.Environment(name)).Select(name => $"nothing in src reads {name}"));

    static IEnumerable<string> Faults(string[] command) => command switch
    {
        _ when ShellLine.ToolArguments(command) is { } arguments => ResNetTool.Root().Parse(arguments).Errors.Select(error => error.Message),
        ["dotnet", "run", .. var rest] when rest.FirstOrDefault(word => word.EndsWith(".cs", StringComparison.Ordinal)) is { } file => Missing(file),
        ["dotnet", "run", .. var rest] when Array.IndexOf(rest, "--project") is >= 0 and var at => Missing(rest[at + 1]).Concat(UnknownName(rest[at + 1], rest)),
        ["dotnet", "add", "package", var name, .. var rest] => PackageVersions.Fault(name, rest is ["--version", var version, ..] ? version : null) is { } fault ? [fault] : [],
        ["dotnet", "tool", "install", .. var rest] => PackageVersions.Fault(rest[^1], null) is { } fault ? [fault] : [],
        ["dotnet", "test" or "build" or "pack" or "format" or "new" or "publish", .. var rest] => rest.Where(IsPath).SelectMany(Missing),
        _ => systems.Contains(command[0]) ? [] : [$"'{command[0]}' is no command that the tests know"],
    };

    /// <summary>A program's first argument is the name of what it runs: it stands in its source.</summary>
    static IEnumerable<string> UnknownName(string project, string[] words) =>
        Array.IndexOf(words, "--") is >= 0 and var at && words.Length > at + 1 && words[at + 1] is var name && char.IsAsciiLetterLower(name[0])
        && !Directory.GetFiles(Page.FullPath(project), "*.cs", SearchOption.AllDirectories).Any(file => File.ReadAllText(file).Contains($"\"{name}\"", StringComparison.Ordinal))
            ? [$"{project} knows no '{name}'"]
            : [];

    static bool IsPath(string word) => !word.StartsWith('-') && (word.Contains('/') || word.EndsWith(".sln", StringComparison.Ordinal));

    static IEnumerable<string> Missing(string path) => Path.Exists(Page.FullPath(path)) ? [] : [$"there is no {path}"];
}
