using System.Text.RegularExpressions;

namespace ResNet.Torch;

/// <summary>How the keys of somebody else's weight file become ours: one rule of rewriting.</summary>
/// <param name="Pattern">A regular expression over a key of the file.</param>
/// <param name="Replacement">What each match becomes; <c>$1</c> is the pattern's first group.</param>
public sealed record KeyAlias(string Pattern, string Replacement)
{
    /// <summary>The key as this rule leaves it: unchanged where the pattern does not match.</summary>
    public string Apply(string key) => Regex.Replace(key, Pattern, Replacement, RegexOptions.CultureInvariant);
}
