using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using ResNet.Torch.Wording;

namespace ResNet.MLNet.Data;

/// <summary>Divides rows into a training and a test set: the same share of each class, and no group on both sides.</summary>
internal static class ImageSplit
{
    /// <param name="data">The rows.</param>
    /// <param name="labelColumn">Text or keys.</param>
    /// <param name="groupColumn">What tells the group; null where each row is one of its own.</param>
    /// <param name="groupOf">Makes the group of the column's text; null or empty where there is none.</param>
    /// <param name="testFraction">Above 0 and below 1.</param>
    /// <param name="seed">Which groups are drawn.</param>
    public static DataOperationsCatalog.TrainTestData Draw(
        IDataView data, string labelColumn, string? groupColumn, Func<string, string?> groupOf, double testFraction, int seed)
    {
        if (testFraction is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), testFraction, "The test fraction lies between 0 and 1.");
        var (ids, examples) = Read(data, labelColumn, groupColumn, groupOf);
        if (examples.Count == 0)
            throw new InvalidDataException("The data has no rows to divide.");
        var groups = GroupedSplit.Draw(examples, testFraction, seed);
        var held = ids.Zip(examples).Where(row => groups.Contains(row.Second.Group)).Select(row => row.First).ToHashSet();
        if (held.Count == 0)
            throw NothingHeld(testFraction, [.. examples.CountBy(row => row.Group).Select(group => group.Value)]);
        return MLNetInternals.NewTrainTestData(new SelectedRows(data, held, areIn: false, ids.Count - held.Count), new SelectedRows(data, held, areIn: true, held.Count));
    }

    static InvalidDataException NothingHeld(double testFraction, List<int> groups) => new(string.Create(CultureInfo.InvariantCulture,
        $"A test fraction of {testFraction} leaves the test set without images: there are {groups.Sum()} in {groups.Count} groups (the smallest has {groups.Min()}), and each class keeps one to train on. Raise the fraction, or form smaller groups."));

    /// <summary>The id of each row, and its class and group by their numbers.</summary>
    static (List<DataViewRowId> Ids, List<(int Class, int Group)> Examples) Read(IDataView data, string labelColumn, string? groupColumn, Func<string, string?> groupOf)
    {
        var label = TextValues.Column(data.Schema, labelColumn, "label");
        DataViewSchema.Column? group = groupColumn is null ? null : TextValues.Column(data.Schema, groupColumn, "group");
        using var cursor = data.GetRowCursor(group is { } asked ? [label, asked] : [label]);
        var readLabel = TextValues.Reader(cursor, label);
        var readGroup = group is { } column ? TextValues.Reader(cursor, column) : null;
        var getId = cursor.GetIdGetter();

        var (classes, groups) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        var (ids, examples) = (new List<DataViewRowId>(), new List<(int, int)>());
        var ungrouped = new List<string>();
        DataViewRowId id = default;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            getId(ref id);
            ids.Add(id);
            var text = readGroup?.Invoke();
            var name = readGroup is null ? $"{row}" : text is null ? null : groupOf(text);
            if (string.IsNullOrEmpty(name))
                ungrouped.Add(text is null ? $"row {row}" : $"row {row}: '{text}'");
            else
                examples.Add((Number(classes, readLabel() ?? ""), Number(groups, name))); // rows without a label are divided as one class more
        }
        if (ungrouped.Count > 0)
            throw new InvalidDataException($"Column '{groupColumn}': {Few.Of(ungrouped, "row has no group", "rows have no group")}. Give each image a group, or make the pattern match all of them.");
        if (ids.Distinct().Count() != ids.Count)
            throw new InvalidOperationException("The data view gives several rows the same id, so that they cannot be told apart. Save the rows and load them again before they are divided.");
        return (ids, examples);

        static int Number(Dictionary<string, int> numbers, string name) => numbers.TryGetValue(name, out var number) ? number : numbers[name] = numbers.Count;
    }
}
