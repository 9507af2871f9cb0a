namespace ResNet.Benchmarks.Measuring;

/// <summary>The order in which sides take their turns.</summary>
static class Alternation
{
    /// <summary>A B, B A, A B, …: a machine that slows down or speeds up favours no side, and what is compared runs side by side.</summary>
    /// <param name="sides">Sides, at least 1.</param>
    /// <param name="rounds">Rounds, in each of which every side has a turn.</param>
    /// <returns>For each turn, its round and its side.</returns>
    public static IEnumerable<(int Round, int Side)> Turns(int sides, int rounds) =>
        from round in Enumerable.Range(0, rounds)
        from place in Enumerable.Range(0, sides)
        select (round, round % 2 == 0 ? place : sides - 1 - place);
}
