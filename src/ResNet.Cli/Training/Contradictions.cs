using ResNet.MLNet.Data;

namespace ResNet.Cli.Training;

/// <summary>What a command line says otherwise than the configuration of the training that it goes on with.</summary>
/// <param name="saved">The configuration.</param>
sealed class Contradictions(RunConfiguration saved)
{
    readonly List<string> found = [];

    public RunConfiguration Saved => saved;

    /// <summary>Compares a value; texts are in any case.</summary>
    /// <param name="option">What it is called on the command line.</param>
    /// <param name="given">The command line's; null where it says nothing.</param>
    /// <param name="wanted">The configuration's.</param>
    public void Compare(string option, object? given, object? wanted)
    {
        if (given is not null && !(given is string text ? text.Equals(wanted as string, StringComparison.OrdinalIgnoreCase) : given.Equals(wanted)))
            found.Add($"{option} is {given} and was {wanted ?? "not given"}");
    }

    /// <summary>Compares paths, which the configuration has in full.</summary>
    public void ComparePath(string option, string? given, string? wanted)
    {
        if (given is not null && !RealPath.Comparer.Equals(RunConfiguration.FullPath(given), wanted))
            found.Add($"{option} is {RunConfiguration.FullPath(given)} and was {wanted ?? "not given"}");
    }

    /// <summary>Compares one of the training's options, as <c>--set</c> has it.</summary>
    public void CompareOption(string option, string assignment)
    {
        var changed = OptionText.Set(saved.Training, assignment);
        var name = assignment[..assignment.IndexOf('=', StringComparison.Ordinal)].Trim();
        Compare($"{option} {name}", OptionText.Get(changed, name), OptionText.Get(saved.Training, name));
    }

    /// <summary>Requires that there are none.</summary>
    /// <param name="path">The file of the configuration.</param>
    public void RequireNone(string path)
    {
        if (found.Count > 0)
            throw new UsageException($"The training of {path} cannot go on with other options: {string.Join("; ", found)}. Leave them out with --resume, which needs none; or train anew in another folder.");
    }
}
