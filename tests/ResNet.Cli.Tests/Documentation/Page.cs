using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>A Markdown page of the repository, as its tests read it.</summary>
/// <param name="name">Its path in the repository, with slashes.</param>
sealed class Page(string name)
{
    static readonly MarkdownPipeline pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    readonly MarkdownDocument document = Markdown.Parse(File.ReadAllText(FullPath(name)), pipeline);

    /// <summary>Every page, by its path in the repository.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "CHANGELOG.md", "CONTRIBUTING.md", "README.md",
        .. In("bench/results", SearchOption.AllDirectories), .. In("docs", SearchOption.AllDirectories), .. Directory.GetDirectories(FullPath("src")).Order(StringComparer.Ordinal).SelectMany(folder => In($"src/{Path.GetFileName(folder)}", SearchOption.TopDirectoryOnly)),
    ];

    public string Name => name;

    /// <summary>The blocks of code, the hidden ones among them, in their order.</summary>
    public IReadOnlyList<CodeBlock> Blocks => field ??= CodeBlock.In(document, name);

    /// <summary>What links and pictures lead to.</summary>
    public IEnumerable<string> Links => document.Descendants<LinkInline>().Select(link => link.Url ?? "");

    /// <summary>What headings are called in addresses, as GitHub does it.</summary>
    public IEnumerable<string> Anchors => document.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id ?? "");

    /// <summary>What is set as code within the text.</summary>
    public IEnumerable<string> CodeSpans => document.Descendants<CodeInline>().Select(code => code.Content);

    /// <summary>The text without code, links' addresses and comments.</summary>
    public string Prose => string.Join(' ', document.Descendants<LiteralInline>().Select(text => text.Content.ToString()));

    /// <summary>Where a file or folder of the repository lies.</summary>
    public static string FullPath(string name) => Path.Combine(Repository.Root!.FullName, name);

    static IEnumerable<string> In(string folder, SearchOption depth) => Directory.GetFiles(FullPath(folder), "*.md", depth)
        .Select(file => Path.GetRelativePath(Repository.Root!.FullName, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
