namespace ResNet.Cli.Tests;

/// <summary>What every command has: help with an example, and errors for a command line that is wrong.</summary>
[TestClass]
public class UsageTests
{
    public static IEnumerable<object[]> Commands => ResNetTool.Root().Subcommands.Select(command => new object[] { command.Name });

    [TestMethod]
    [DynamicData(nameof(Commands))]
    public void Help_OfEveryCommand_HasAnExampleThatCanBeParsed(string command)
    {
        var help = Tool.Run(command, "--help").Succeeded().Output;

        var examples = help.Split('\n').SkipWhile(line => !line.StartsWith("Example", StringComparison.Ordinal)).Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        Assert.IsNotEmpty(examples, help);
        foreach (var example in examples)
        {
            Assert.StartsWith($"resnet {command}", example);
            Assert.IsEmpty(ResNetTool.Root().Parse(example["resnet ".Length..]).Errors, example);
        }
        Assert.Contains("--json", help);
    }

    [TestMethod]
    [DataRow("nothing")]
    [DataRow("models", "--nothing")]
    [DataRow]
    public void Run_CommandLineThatIsWrong_EndsWith2AndSaysHowItIsUsed(params string[] arguments)
    {
        var result = Tool.Run(arguments);

        Assert.AreEqual(ExitCode.BadUsage, result.ExitCode);
        Assert.AreEqual("", result.Output);
        Assert.StartsWith("error: ", result.Error);
        Assert.Contains("--help", result.ErrorLines[^1]);
    }
}
