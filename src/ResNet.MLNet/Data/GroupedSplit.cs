namespace ResNet.MLNet.Data;

/// <summary>Draws whole groups of rows for a test set, so that each class gives about the same share of its rows.</summary>
/// <remarks>
/// Beginning with an empty test set, the group changes sides that brings the classes nearest to their shares, by Σ (rows held − rows wanted)² / rows
/// of the class, and then two groups change places, while either helps. Each class keeps a row to train on. Groups with the same rows of
/// each class are as good as one another: which of them are drawn is left to chance.
/// </remarks>
internal sealed class GroupedSplit
{
    const double Rounding = 1e-9; // a gain below it is none, or two groups could change sides for ever

    /// <summary>Pairs of kinds are tried while they are this few: with more kinds of groups some fit well without.</summary>
    const int MostKindsInPairs = 1000;

    /// <summary>Groups with the same rows of each class, in random order; the first of them are held out.</summary>
    sealed class Kind((int Class, int Count)[] parts, int[] groups)
    {
        public (int Class, int Count)[] Parts { get; } = parts;

        public int[] Groups { get; } = groups;

        public int Held { get; set; }

        public bool CanMove(int by) => by > 0 ? Held < Groups.Length : Held > 0;
    }

    readonly Kind[] kinds;
    readonly int[] rows;   // of each class
    readonly int[] wanted; // of each class, in the test set
    readonly int[] held;   // of each class, in the test set

    GroupedSplit(IEnumerable<(int Class, int Group)> examples, double testFraction, Random random)
    {
        kinds = [.. examples.GroupBy(row => row.Group, row => row.Class)
            .Select(group => (Group: group.Key, Parts: group.CountBy(label => label).OrderBy(part => part.Key).Select(part => (part.Key, part.Value)).ToArray()))
            .GroupBy(group => string.Join(' ', group.Parts))
            .Select(same => new Kind(same.First().Parts, Shuffled(same.Select(group => group.Group), random)))];
        random.Shuffle(kinds);
        rows = new int[kinds.Max(kind => kind.Parts.Max(part => part.Class)) + 1];
        foreach (var kind in kinds)
            Add(rows, kind, kind.Groups.Length);
        wanted = Shares(rows, testFraction, random);
        held = new int[rows.Length];
    }

    /// <param name="examples">The class and the group of each row, numbered from 0.</param>
    /// <param name="testFraction">The test set's share, above 0 and below 1.</param>
    /// <param name="seed">Which of equally good groups are drawn.</param>
    /// <returns>The groups of the test set.</returns>
    public static HashSet<int> Draw(IReadOnlyCollection<(int Class, int Group)> examples, double testFraction, int seed)
    {
        var split = new GroupedSplit(examples, testFraction, new Random(seed));
        while (split.MoveOne() || split.SwapTwo())
        {
        }
        return [.. split.kinds.SelectMany(kind => kind.Groups.Take(kind.Held))];
    }

    /// <summary>Whole numbers of rows: each class's share is rounded up or down so that the sum is right; up where the most would be lost.</summary>
    static int[] Shares(int[] rows, double testFraction, Random random)
    {
        var exact = Array.ConvertAll(rows, count => count * testFraction);
        var shares = Array.ConvertAll(exact, share => (int)(share + Rounding));
        var left = (int)Math.Round(rows.Sum() * testFraction, MidpointRounding.AwayFromZero) - shares.Sum();
        var upwards = Shuffled(Enumerable.Range(0, rows.Length), random)
            .Where(label => shares[label] + 1 < rows[label])
            .OrderByDescending(label => Math.Round(exact[label] - shares[label], 9));
        foreach (var label in upwards.Take(Math.Max(left, 0)).ToList())
            shares[label]++;
        return shares;
    }

    bool MoveOne()
    {
        var (best, least, direction) = ((Kind?)null, -Rounding, 0);
        foreach (var kind in kinds)
        {
            foreach (var by in (ReadOnlySpan<int>)[1, -1])
            {
                if (kind.CanMove(by) && Change(kind, by) is var change && change < least)
                    (best, least, direction) = (kind, change, by);
            }
        }
        if (best is null)
            return false;
        Move(best, direction);
        return true;
    }

    bool SwapTwo()
    {
        if (kinds.Length > MostKindsInPairs)
            return false;
        var (pair, least) = (((Kind Out, Kind In)?)null, -Rounding);
        foreach (var leaving in kinds.Where(kind => kind.CanMove(-1)))
        {
            var before = Change(leaving, -1);
            Move(leaving, -1);
            foreach (var entering in kinds)
            {
                if (entering.CanMove(1) && before + Change(entering, 1) is var change && change < least)
                    (pair, least) = ((leaving, entering), change);
            }
            Move(leaving, 1);
        }
        if (pair is not { } found)
            return false;
        Move(found.Out, -1);
        Move(found.In, 1);
        return true;
    }

    /// <summary>What the sum becomes more by; infinite where a class would have nothing to train on.</summary>
    double Change(Kind kind, int by)
    {
        double change = 0;
        foreach (var (label, count) in kind.Parts)
        {
            if (held[label] + by * count == rows[label])
                return double.PositiveInfinity;
            double before = held[label] - wanted[label], after = before + by * count;
            change += (after * after - before * before) / rows[label];
        }
        return change;
    }

    void Move(Kind kind, int by)
    {
        kind.Held += by;
        Add(held, kind, by);
    }

    static void Add(int[] counts, Kind kind, int times)
    {
        foreach (var (label, count) in kind.Parts)
            counts[label] += times * count;
    }

    static int[] Shuffled(IEnumerable<int> numbers, Random random)
    {
        var shuffled = numbers.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }
}
