using CsCheck;
using ResNet.MLNet.Data;

namespace ResNet.MLNet.Tests.Data;

/// <summary>The drawing of groups for a test set.</summary>
[TestClass]
public class GroupedSplitTests
{
    /// <summary>A row for each letter, in the groups that words make: "aab ab" is a group of three and one of two.</summary>
    static List<(int Class, int Group)> Rows(string words) =>
        [.. words.Split(' ').SelectMany((word, group) => word.Select(letter => (letter - 'a', group)))];

    static string Held(string words, double fraction, int seed) =>
        string.Join(' ', GroupedSplit.Draw(Rows(words), fraction, seed).Select(group => words.Split(' ')[group]).Order(StringComparer.Ordinal));

    // Worked by hand. Wanted: the share of each letter; the sum of squares of what is missing or too much, over the letter's number, is least.
    [TestMethod]
    [DataRow("aaaaa aaa aa", 0.3, "aaa", DisplayName = "3 of 10: the group of 3")]
    [DataRow("aaaaa aaaa aaaa aaaaaaaaaaaaa", 8.0 / 26, "aaaa aaaa", DisplayName = "8 of 26: two of 4, not the 5 that comes nearest alone")]
    [DataRow("aa bb ab", 0.33, "ab", DisplayName = "1 and 1: the group with both")]
    [DataRow("aab aab abb abb", 0.5, "aab abb", DisplayName = "3 and 3: one group of each kind")]
    [DataRow("aaa bb bb bb bb", 0.5, "bb bb", DisplayName = "2 and 4: a class in one group stays for training")]
    public void Draw_FewGroups_HoldsThoseThatComeNearest(string words, double fraction, string expected)
    {
        for (var seed = 0; seed < 20; seed++)
            Assert.AreEqual(expected, Held(words, fraction, seed), $"seed {seed}");
    }

    [TestMethod]
    public void Draw_SharesThatAreNoWholeRows_AreRoundedSoThatTheSumIsRight()
    {
        // A quarter of 3 rows is 0.75; of all 9 it is 2.25: 2, from two of the three classes.
        var drawn = Enumerable.Range(0, 50).Select(seed => Held("a a a b b b c c c", 0.25, seed)).ToHashSet();

        CollectionAssert.AreEquivalent(new[] { "a b", "a c", "b c" }, drawn.ToArray());
    }

    [TestMethod]
    public void Draw_GroupsOfOneKind_AreDrawnByTheSeed()
    {
        var rows = Enumerable.Range(0, 40).Select(i => (0, i)).ToList();

        var first = GroupedSplit.Draw(rows, 0.5, seed: 1);

        Assert.HasCount(20, first);
        Assert.IsTrue(first.SetEquals(GroupedSplit.Draw(rows, 0.5, seed: 1)));
        Assert.IsFalse(first.SetEquals(GroupedSplit.Draw(rows, 0.5, seed: 2)));
        Assert.IsTrue(Enumerable.Range(0, 40).All(group => Enumerable.Range(0, 50).Any(seed => GroupedSplit.Draw(rows, 0.5, seed).Contains(group))), "each is drawn by some seed");
    }

    [TestMethod]
    public void Draw_SingleRows_GiveEachClassItsShare() =>
        Gen.Select(Gen.Int[5, 60].Array[1, 6], Gen.Double[0.05, 0.5], Gen.Int).Sample((counts, fraction, seed) =>
        {
            var rows = counts.SelectMany((count, label) => Enumerable.Repeat(label, count)).Select((label, row) => (Class: label, Group: row)).ToList();

            var held = GroupedSplit.Draw(rows, fraction, seed);

            Assert.HasCount((int)Math.Round(rows.Count * fraction, MidpointRounding.AwayFromZero), held);
            for (var label = 0; label < counts.Length; label++)
                Assert.IsLessThan(1, Math.Abs(held.Count(row => rows[row].Class == label) - counts[label] * fraction));
        }, iter: 500, threads: 1);

    [TestMethod]
    public void Draw_GroupsOfOneClassEach_MissItsShareByHalfOfTheLargestAtMost() =>
        Gen.Select(Gen.Int[1, 9].Array[2, 15].Array[1, 4], Gen.Double[0.05, 0.4], Gen.Int).Sample((sizes, fraction, seed) =>
        {
            var groups = sizes.SelectMany((ofClass, label) => ofClass.Select(size => (Label: label, Size: size))).ToArray();
            var rows = groups.SelectMany((group, number) => Enumerable.Repeat((group.Label, number), group.Size)).ToList();

            var held = GroupedSplit.Draw(rows, fraction, seed);

            for (var label = 0; label < sizes.Length; label++)
            {
                var (count, drawn) = (sizes[label].Sum(), held.Where(group => groups[group].Label == label).Sum(group => groups[group].Size));
                Assert.IsLessThan(count, drawn, "a row stays for training");
                Assert.IsLessThan(1 + sizes[label].Max() / 2.0, Math.Abs(drawn - count * fraction)); // 1: what the rounding of shares adds
            }
        }, iter: 500, threads: 1);

    [TestMethod]
    public void Draw_AnyGroups_IsTheSameForTheSameSeedAndLeavesEachClassARow() =>
        Gen.Select(Gen.Select(Gen.Int[0, 4], Gen.Int[0, 12]).Array[2, 80], Gen.Double[0.05, 0.95], Gen.Int).Sample((drawn, fraction, seed) =>
        {
            var rows = drawn.ToList();

            var held = GroupedSplit.Draw(rows, fraction, seed);

            Assert.IsTrue(held.SetEquals(GroupedSplit.Draw(rows, fraction, seed)));
            Assert.IsTrue(rows.GroupBy(row => row.Item1).All(ofClass => ofClass.Any(row => !held.Contains(row.Item2))));
        }, iter: 500, threads: 1);
}
