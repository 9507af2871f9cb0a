namespace ResNet.Benchmarks.Measuring;

/// <summary>The order in which sides take their turns.</summary>
static class Alternation
{
    /// <summary>A B, B A, A B, …: a machine that slows down or speeds up favours no side, and what is compared runs side by side.</summary>
    /// <param name="sides">Sides, at least 1.</param>
    /// <param name="turns">Turns of each.</param>
    /// <param name="first">Begins with the first side where even, else with the last.</param>
    /// <returns>What turn it is, of what side.</returns>
    public static IEnumerable<(int Turn, int Side)> Turns(int sides, int turns, int first) =>
        from turn in Enumerable.Range(0, turns)
        from place in Enumerable.Range(0, sides)
        select (turn, (first + turn) % 2 == 0 ? place : sides - 1 - place);
}
