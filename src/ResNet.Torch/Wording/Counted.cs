using System.Globalization;

namespace ResNet.Torch.Wording;

/// <summary>A number and the word that agrees with it.</summary>
internal static class Counted
{
    /// <summary>Such as "1 epoch", "3 epochs".</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The word for one of them.</param>
    /// <param name="many">The word for several; null adds an s.</param>
    public static string Of(long count, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? one + "s")}");
}
