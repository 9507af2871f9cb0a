using System.Globalization;

namespace ResNet.Cli.Predicting;

/// <summary>Every Nth path, so that N processes share the work; numbered from 1.</summary>
/// <param name="Index">Which of them, from 1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many share the work.</param>
internal sealed record Shard(int Index, int Count)
{
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Reads I/N.</summary>
    /// <returns>Null, or what is wrong with the text.</returns>
    public static string? Parse(string text, out Shard shard)
    {
        shard = Whole;
        if (text.Split('/') is not [var first, var second] || !Number(first, out var index) || !Number(second, out var count))
            return $"--shard {text}: I/N was expected, two whole numbers such as 1/4, the first of four.";
        if (count < 1 || index < 1 || index > count)
            return $"--shard {text}: shards are numbered from 1; of N there are 1/N to N/N.";
        shard = new(index, count);
        return null;
    }

    /// <summary>The first of these paths for the first shard, the second for the second, and so on round.</summary>
    public IEnumerable<string> Of(IEnumerable<string> paths)
    {
        var place = 0;
        foreach (var path in paths)
        {
            if (place == Index - 1)
                yield return path;
            place = (place + 1) % Count;
        }
    }

    static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
