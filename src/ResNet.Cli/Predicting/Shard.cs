using System.Globalization;
using System.Runtime.CompilerServices;

namespace ResNet.Cli.Predicting;

/// <summary>Every Nth path, so that N processes share the work; numbered from 1.</summary>
/// <param name="Index">Which of them, from 1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many share the work.</param>
internal sealed record Shard(int Index, int Count)
{
    /// <summary>Reads I/N; all of the paths where nothing is said.</summary>
    /// <exception cref="UsageException">It is no such text.</exception>
    public static Shard Parse(string? text)
    {
        if (text is null)
            return new(1, 1);
        if (text.Split('/') is not [var first, var second] || !Number(first, out var index) || !Number(second, out var count))
            throw new UsageException($"--shard takes I/N, two whole numbers such as 1/4 for the first of four (received '{text}').");
        return index >= 1 && index <= count ? new(index, count) : throw new UsageException($"--shard takes 1/N to N/N: shards are numbered from 1 (received '{text}').");
    }

    /// <summary>The first of these paths for the first shard, the second for the second, and so on round.</summary>
    public async IAsyncEnumerable<string> Of(IAsyncEnumerable<string> paths, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var place = 0;
        await foreach (var path in paths.WithCancellation(cancellation))
        {
            if (place == Index - 1)
                yield return path;
            place = (place + 1) % Count;
        }
    }

    static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
