using Markdig.Syntax;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>A block of code on a page, with what the comments before it say of its run; CONTRIBUTING.md lists them.</summary>
/// <param name="Language">What the fence says: csharp, sh and so on; empty where it says nothing.</param>
/// <param name="Text">The code.</param>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line of the page that the code begins in.</param>
sealed record CodeBlock(string Language, string Text, string Page, int Line)
{
    const string Hidden = "hidden csharp", Smaller = "run with: ", Unrun = "not run: ", Failing = "fails", Anew = "new program";

    /// <summary>Whether its reader does not see it: it sets up what the blocks after it need.</summary>
    public bool IsHidden { get; private init; }

    /// <summary>Whether it is run, rather than compiled or parsed alone.</summary>
    public bool IsRun { get; private init; } = true;

    /// <summary>Whether it has to fail; the block of text after it has the message.</summary>
    public bool Fails { get; private init; }

    /// <summary>Whether it knows nothing of the C# before it.</summary>
    public bool IsNewProgram { get; private init; }

    /// <summary>What is run in place of what stands there, to be quick: larger values, and the smaller ones for them.</summary>
    public IReadOnlyList<(string Written, string Run)> Substitutions { get; private init; } = [];

    /// <summary>Where it is, for messages.</summary>
    public string Place => $"{Page}, line {Line}";

    /// <summary>The code with its substitutions, each of which must still have something to substitute.</summary>
    public string RunText => Substitutions.Aggregate(Text, (text, change) =>
        text.Contains(change.Written, StringComparison.Ordinal) ? text.Replace(change.Written, change.Run, StringComparison.Ordinal) : throw new InvalidDataException($"{Place}: '{change.Written}' is to be run as '{change.Run}', but does not stand there."));

    /// <summary>The blocks of a document, in their order.</summary>
    public static IReadOnlyList<CodeBlock> In(MarkdownDocument document, string page)
    {
        var blocks = new List<CodeBlock>();
        var next = new CodeBlock("", "", page, 0);
        foreach (var block in document.Descendants<LeafBlock>())
        {
            if (block is HtmlBlock { Type: HtmlBlockType.Comment })
            {
                next = next.Noting(block.Lines.ToString().Trim()["<!--".Length..^"-->".Length].Trim(), block.Line + 2);
                if (!next.IsHidden)
                    continue;
                blocks.Add(next);
            }
            else if (block is Markdig.Syntax.CodeBlock code)
            {
                var fence = code as FencedCodeBlock;
                blocks.Add(next with { Language = fence?.Info ?? "", Text = code.Lines.ToString(), Line = block.Line + (fence is null ? 1 : 2) });
            }
            else
            {
                continue;
            }
            next = new("", "", page, 0);
        }
        return blocks;
    }

    CodeBlock Noting(string comment, int line) => comment switch
    {
        _ when comment.StartsWith(Hidden, StringComparison.Ordinal) => this with { IsHidden = true, Language = "csharp", Text = comment[Hidden.Length..].TrimStart('\r', '\n'), Line = line },
        _ when comment.StartsWith(Smaller, StringComparison.Ordinal) => this with { Substitutions = [.. comment[Smaller.Length..].Split('|').Select(change => change.Split('→', StringSplitOptions.TrimEntries)).Select(change => (change[0], change[1]))] },
        _ when comment.StartsWith(Unrun, StringComparison.Ordinal) => this with { IsRun = false },
        Failing => this with { Fails = true },
        Anew => this with { IsNewProgram = true },
        _ => throw new InvalidDataException($"{Page}, line {line - 1}: no comment of the tests': '{comment}'."),
    };
}
