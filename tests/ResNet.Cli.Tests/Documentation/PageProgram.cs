using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>The C# of a page as one program: its blocks follow each other as its reader types them in, with the usings that the page shows and those of every new project.</summary>
sealed class PageProgram(IReadOnlyList<CodeBlock> blocks)
{
    /// <summary>Written between the blocks' output; no text has it.</summary>
    const string EndOfBlock = "\u0001";

    /// <summary>What the SDK's ImplicitUsings bring.</summary>
    const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    const string ObsoleteUse = "CS0618";

    static readonly CSharpParseOptions language = new(LanguageVersion.CSharp14);

    static readonly Lazy<MetadataReference[]> references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The programs of a page.</summary>
    public static IEnumerable<PageProgram> Of(Page page)
    {
        var blocks = new List<CodeBlock>();
        foreach (var block in page.Blocks.Where(block => block.Language == "csharp"))
        {
            if (block.IsNewProgram && blocks.Count > 0)
            {
                yield return new([.. blocks]);
                blocks.Clear();
            }
            blocks.Add(block);
        }
        if (blocks.Count > 0)
            yield return new(blocks);
    }

    /// <summary>Runs it in this process.</summary>
    /// <returns>What each block wrote to the console; of one that failed, the message.</returns>
    public IReadOnlyDictionary<CodeBlock, string> Run()
    {
        var main = Compile().EntryPoint!;
        var console = Console.Out;
        var output = new StringWriter(); // not disposed: a thread of the page's may write late
        try
        {
            Console.SetOut(output);
            main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        }
        catch (TargetInvocationException e)
        {
            var texts = output.ToString().Split(EndOfBlock);
            Assert.Fail($"{blocks[texts.Length - 1].Place}, or below it: {e.InnerException}");
        }
        finally
        {
            Console.SetOut(console);
        }
        return blocks.Zip(output.ToString().Split(EndOfBlock)).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    Assembly Compile()
    {
        var compilation = CSharpCompilation.Create(
            $"{blocks[0].Page.Replace('/', '.')}.{blocks[0].Line}",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, language), CSharpSyntaxTree.ParseText(Source(), language)],
            references.Value,
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var faults = compilation.Emit(assembly).Diagnostics.Where(fault => fault.Severity == DiagnosticSeverity.Error || fault.Id == ObsoleteUse).ToList();
        Assert.IsEmpty(faults, string.Join('\n', faults)); // each with the page's own line
        return Assembly.Load(assembly.ToArray());
    }

    string Source()
    {
        List<string> usings = [], statements = [], types = [];
        foreach (var block in blocks)
        {
            var root = CSharpSyntaxTree.ParseText(block.RunText, language).GetCompilationUnitRoot();
            var code = root.ToFullString();
            foreach (var elsewhere in root.Usings.Cast<SyntaxNode>().Concat(root.Members.Where(member => member is BaseTypeDeclarationSyntax)))
            {
                (elsewhere is UsingDirectiveSyntax ? usings : types).AddRange([LineOf(block, elsewhere.GetLocation().GetLineSpan().StartLinePosition.Line), elsewhere.ToString()]);
                code = Blank(code, elsewhere.Span.Start, elsewhere.Span.End);
            }
            var (before, after) = block switch
            {
                { IsRun: false } => ($"async Task NotRun{block.Line}() {{", "}"),
                { Fails: true } => ("try {", "Console.WriteLine(\"Nothing failed.\"); } catch (Exception e) { Console.WriteLine(e.Message); }"),
                _ => ("", ""),
            };
            statements.AddRange([before, LineOf(block, 0), code, "#line hidden", after, $"Console.Write(\"{EndOfBlock}\");"]);
        }
        return string.Join('\n', [.. usings, .. statements, .. types]);
    }

    /// <summary>Makes the compiler tell the page's own lines.</summary>
    static string LineOf(CodeBlock block, int line) => $"#line {block.Line + line} \"{block.Page}\"";

    /// <summary>Takes a part out and leaves the lines as they are.</summary>
    static string Blank(string code, int start, int end) =>
        string.Concat(code.AsSpan(0, start), new string([.. code[start..end].Select(c => c is '\n' or '\r' ? c : ' ')]), code.AsSpan(end));
}
