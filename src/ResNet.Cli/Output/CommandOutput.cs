using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ResNet.Cli.Output;

/// <summary>Where a command's results and notes go: results to standard output as tables or as JSON, all else to standard error.</summary>
/// <param name="output">Results.</param>
/// <param name="error">Progress and notes.</param>
/// <param name="isJson">Whether results are JSON.</param>
sealed class CommandOutput(TextWriter output, TextWriter error, bool isJson)
{
    /// <summary>Columns where no terminal says how wide it is: more than any table has.</summary>
    const int Unlimited = 1000;

    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // read by programs, never by a browser
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    readonly IAnsiConsole results = ConsoleOn(output);
    readonly IAnsiConsole status = ConsoleOn(error);

    /// <summary>Whether results are JSON, an object on each line.</summary>
    public bool IsJson => isJson;

    /// <summary>Writes one result as a line of JSON; names are in camel case.</summary>
    public void Json<T>(T value) => output.WriteLine(JsonSerializer.Serialize(value, json));

    /// <summary>Writes a table, or what else Spectre.Console draws, among the results.</summary>
    public void Show(IRenderable content) => results.Write(content);

    /// <summary>Writes a line of text among the results.</summary>
    public void Line(string text = "") => output.WriteLine(text);

    /// <summary>Writes a line beside the results.</summary>
    public void Note(string text) => status.WriteLine(text);

    /// <summary>Does work and shows how far it is: as a bar on a terminal, else as a line now and then.</summary>
    /// <param name="title">What is done, as "Training".</param>
    /// <param name="unit">What is counted, as "images".</param>
    /// <param name="work">Does it, and tells how far it is as often as it likes, from any thread.</param>
    public T Follow<T>(string title, string unit, Func<IProgress<WorkProgress>, T> work) => status.Profile.Out.IsTerminal
        ? ProgressBar.Follow(status, title, unit, work)
        : ProgressLines.Follow(error, title, unit, work);

    /// <summary>A table with a column for each name; numbers stand to the right.</summary>
    public static Table NewTable(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column.TrimStart('#'))) { Alignment = column.StartsWith('#') ? Justify.Right : Justify.Left, NoWrap = true });
        return table;
    }

    static IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var output = new AnsiConsoleOutput(writer);
        var console = AnsiConsole.Create(new() { Out = output, Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No, ColorSystem = output.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
        if (!output.IsTerminal)
            console.Profile.Width = Unlimited;
        return console;
    }
}
