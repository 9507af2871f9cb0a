using System.Diagnostics;
using System.Text.RegularExpressions;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>The pages as their readers use them: what stands there compiles, runs, and says what it says.</summary>
[TestClass]
public sealed partial class PageTests
{
    public required TestContext TestContext { get; init; }

    public static IEnumerable<object[]> Pages => Page.Names.Select(name => new object[] { name });

    public static IEnumerable<object[]> PagesWithCode => Page.Names.Where(name => new Page(name).Blocks.Any(block => block.Language is "csharp" or "sh" or "python")).Select(name => new object[] { name });

    /// <summary>Those for users, that tell of what is.</summary>
    public static IEnumerable<object[]> Guides => Page.Names.Where(name => name.EndsWith("README.md", StringComparison.Ordinal) || Path.GetDirectoryName(name) == "docs").Select(name => new object[] { name });

    /// <summary>Its scripts are those of <see cref="Verifying.VerifyGuideTests"/>.</summary>
    const string RunElsewhere = "docs/verify.md";

    [TestMethod]
    [DynamicData(nameof(PagesWithCode))]
    public void Code_OfEveryPage_Runs(string name)
    {
        var page = new Page(name);
        using var workshop = new Workshop();
        if (name != RunElsewhere && page.Blocks.Any(block => block.Language == "python"))
            RunPython(page);
        foreach (var program in PageProgram.Of(page))
            Compare(page, program.Run());
        foreach (var block in page.Blocks.Where(block => block is { Language: "sh", IsRun: true }))
            RunTool(block);
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Blocks_OfEveryPage_AreOfAKindThatIsChecked(string name)
    {
        var blocks = new Page(name).Blocks;
        foreach (var (before, block) in blocks.Prepend(null).Zip(blocks))
        {
            var faults = block.Language switch
            {
                "csharp" or "python" => [],
                "text" => before?.Language == "csharp" || !block.IsRun ? [] : ["a text is what the C# before it says; there is none"],
                "sh" or "console" => ShellLine.In(block).SelectMany(ShellCheck.Faults),
                "xml" => PackageVersions.Faults(block.Text),
                var other => [$"nothing checks a block of '{other}': csharp, sh, console, text, xml and python are known"],
            };
            Assert.IsEmpty(faults, $"{block.Place}: {string.Join("; ", faults)}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Links_OfEveryPage_LeadSomewhere(string name)
    {
        var folder = Path.GetDirectoryName(name)!;
        foreach (var link in new Page(name).Links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            var (path, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
            var target = path.Length == 0 ? name : Path.GetRelativePath(Repository.Root!.FullName, Path.GetFullPath(Page.FullPath(Path.Combine(folder, path)))).Replace('\\', '/');
            Assert.IsTrue(Path.Exists(Page.FullPath(target)), $"{name}: there is no {link}");
            Assert.IsTrue(anchor is null || new Page(target).Anchors.Contains(anchor), $"{name}: {target} has no heading '{anchor}'");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Guides))]
    public void Names_OfEveryGuide_AreThoseOfTheLibraries(string name)
    {
        var unknown = new Page(name).CodeSpans.SelectMany(code => code.StartsWith("dotnet ", StringComparison.Ordinal) ? ShellCheck.Faults(ShellLine.Parse(code)) : LibraryNames.Unknown(code)).Distinct().ToList();
        var gone = new Page(name).CodeSpans.Where(code => OwnPath().IsMatch(code) && !Path.Exists(Page.FullPath(code))).ToList();

        Assert.IsEmpty(unknown, $"{name}: {string.Join(", ", unknown)}");
        Assert.IsEmpty(gone, $"{name}: {string.Join(", ", gone)}");
    }

    [TestMethod]
    [DataRow("README.md")]
    [DataRow("docs/deployment.md")]
    [DataRow("docs/fine-tuning.md")]
    public void Figures_OfPagesThatQuoteThem_StandInTheResults(string name)
    {
        var results = string.Concat(Page.Names.Where(page => page == "docs/results.md" || page.StartsWith("bench/results/", StringComparison.Ordinal)).Select(page => File.ReadAllText(Page.FullPath(page))));

        var unknown = Figure().Matches(new Page(name).Prose).Select(figure => figure.Value).Where(figure => !Regex.IsMatch(results, $@"(?<![\d.,]){Regex.Escape(figure)}(?![\d.]*\d)")).ToList();

        Assert.IsEmpty(unknown, string.Join(", ", unknown));
    }

    /// <summary>A text right behind a block of C# is what that wrote, or failed with; … stands for anything.</summary>
    static void Compare(Page page, IReadOnlyDictionary<CodeBlock, string> outputs)
    {
        foreach (var (block, after) in page.Blocks.Zip(page.Blocks.Skip(1)))
        {
            if (after.Language != "text" || !outputs.TryGetValue(block, out var output))
                continue;
            var expected = Regex.Escape(Lines(after.Text)).Replace("…", ".*?", StringComparison.Ordinal);
            Assert.IsTrue(Regex.IsMatch(Lines(output), $"^{expected}$", RegexOptions.Singleline), $"{after.Place}: the code before it says\n{output}");
        }
    }

    static string Lines(string text) => string.Join('\n', text.Trim().Split('\n').Select(line => line.TrimEnd()));

    static void RunTool(CodeBlock block)
    {
        foreach (var line in ShellLine.In(block).Where(line => line.Commands.Count == 1))
        {
            if (ShellLine.ToolArguments(line.Commands[0]) is not { } arguments)
                continue;
            var result = Tool.Run(arguments);
            Assert.AreEqual(ExitCode.Success, result.ExitCode, $"{block.Place}: {string.Join(' ', arguments)}: {result.Error}");
        }
    }

    void RunPython(Page page)
    {
        var script = string.Join('\n', page.Blocks.Where(block => block.Language == "python").Select(block => block.RunText));
        var fault = Python(script);
        if (fault is not null && Python("import torch, torchvision") is not null)
            TestContext.WriteLine("The page's Python was left out: Python here has no torch and torchvision (Debian: python3-torch and python3-torchvision).");
        else
            Assert.IsNull(fault, fault);
    }

    /// <summary>What it failed with; null where it did not.</summary>
    static string? Python(string script)
    {
        try
        {
            // Debian's, where another of that name comes first in the path.
            var program = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
            using var process = Process.Start(new ProcessStartInfo(program, ["-c", script]) { RedirectStandardError = true, Environment = { ["OMP_NUM_THREADS"] = "1" } })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message; // no such program
        }
    }

    [GeneratedRegex(@"(?<![\d.])\d+\.\d+(?!\.?\d)")]
    private static partial Regex Figure();

    [GeneratedRegex(@"^(src|docs|examples|bench|tests)(/[\w.-]+)+$")]
    private static partial Regex OwnPath();
}
