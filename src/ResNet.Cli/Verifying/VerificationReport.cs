using ResNet.Cli.Output;
using Spectre.Console;

namespace ResNet.Cli.Verifying;

/// <summary>What became of the entries: a line of JSON for each as it comes, or a table of all at the end.</summary>
internal sealed class VerificationReport(CommandOutput output)
{
    sealed record Entry(string Name, bool Passed, IReadOnlyList<ComparedFigure> Figures, string? Error);

    sealed record Summary(int Passed, int Failed);

    readonly Table table = CommandOutput.NewTable("entry", "figure", "#largest difference", "#tolerance", "unit", "result");
    int passed;

    /// <summary>Entries outside their tolerance, or that could not be computed.</summary>
    public int Failed { get; private set; }

    public void Add(VerifiedEntry entry)
    {
        (passed, Failed) = entry.Passed ? (passed + 1, Failed) : (passed, Failed + 1);
        if (output.IsJson)
        {
            output.Json(new Entry(entry.Name, entry.Passed, entry.Figures, entry.Error));
            return;
        }
        var name = Markup.Escape(entry.Name);
        if (entry.Error is { } error)
            table.AddRow(name, Markup.Escape(error), "", "", "", Result(false));
        foreach (var (i, figure) in entry.Figures.Index())
            table.AddRow(i == 0 ? name : "", figure.Name, Number(figure.Difference), Number(figure.Tolerance), figure.Unit, Result(figure.Passed));
    }

    /// <summary>Ends the report with how many passed.</summary>
    public void End()
    {
        if (output.IsJson)
        {
            output.Json(new Summary(passed, Failed));
            return;
        }
        output.Show(table);
        output.Line($"{passed} passed, {Failed} failed.");
    }

    static string Number(double value) => FormattableString.Invariant($"{value:G2}");

    static string Result(bool hasPassed) => hasPassed ? "passed" : "FAILED";
}
