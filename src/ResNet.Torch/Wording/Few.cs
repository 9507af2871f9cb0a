namespace ResNet.Torch.Wording;

/// <summary>Many things in few words.</summary>
internal static class Few
{
    const int Usual = 5;

    /// <summary>Such as "7 files are missing (a.png, b.png, c.png, d.png, e.png, …)".</summary>
    public static string Of(IReadOnlyCollection<string> items, string one, string many) => $"{Counted.Of(items.Count, one, many)} ({Of(items)})";

    /// <summary>The first ones, and an ellipsis if there are more.</summary>
    public static string Of<T>(IReadOnlyCollection<T> items, int shown = Usual) => string.Join(", ", items.Take(shown)) + (items.Count > shown ? ", …" : "");
}
