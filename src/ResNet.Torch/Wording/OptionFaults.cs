using System.Runtime.CompilerServices;

namespace ResNet.Torch.Wording;

/// <summary>What is said of options that cannot be.</summary>
internal static class OptionFaults
{
    /// <summary>Tells all faults at once.</summary>
    /// <param name="options">What the options are called.</param>
    /// <param name="faults">What is wrong with them, in words.</param>
    /// <exception cref="ArgumentException">There are some.</exception>
    public static void RequireNone(string options, IEnumerable<string> faults)
    {
        var all = string.Join("; ", faults);
        if (all.Length > 0)
            throw new ArgumentException($"{options}: {all}.");
    }

    /// <summary>What is wrong with a value that its type has no name for; null where it has one.</summary>
    public static string? OfChoice<T>(T value, [CallerArgumentExpression(nameof(value))] string option = "") where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{option} must be one of {string.Join(", ", Enum.GetNames<T>())} (was {value})";
}
