using System.Text.RegularExpressions;
using ResNet.MLNet;
using ResNet.MLNet.Data;

namespace Microsoft.ML;

/// <summary>Dividing data sets of images, in the data operations of an <see cref="MLContext"/>.</summary>
public static class ImageSplitCatalog
{
    /// <summary>Divides rows into a training and a test set with the same share of each class, and keeps the rows of a group together.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="data">The rows, with any columns.</param>
    /// <param name="testFraction">The test set's share, above 0 and below 1.</param>
    /// <param name="groupColumnName">Column of what belongs together, such as patients or cameras: text, keys or numbers. Null: each row is drawn by itself.</param>
    /// <param name="labelColumnName">Column of labels: text, keys or numbers.</param>
    /// <param name="seed">Which groups are drawn. Null: drawn from the context's seed.</param>
    /// <returns>The two sets, in the order of <paramref name="data"/>; the same seed and rows give the same sets.</returns>
    /// <remarks>
    /// Single rows: each class gives its share, rounded up or down, so that the test set has its share in all. Groups: as near to that as whole
    /// groups come. Each class keeps a row in the training set. The rows are read once to divide them, and again whenever a set is read.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not between 0 and 1.</exception>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">There are no rows, a row has no group, or the test set would be empty.</exception>
    public static DataOperationsCatalog.TrainTestData TrainTestSplitImages(
        this DataOperationsCatalog catalog,
        IDataView data,
        double testFraction = 0.1,
        string? groupColumnName = null,
        string labelColumnName = "Label",
        int? seed = null) => Split(catalog, data, testFraction, groupColumnName, value => value, labelColumnName, seed);

    /// <summary>Divides rows into a training and a test set with the same share of each class, and keeps images together whose file names say so.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="data">The rows, with any columns.</param>
    /// <param name="groupPattern">
    /// Is searched for in each file's name: the group is what its first pair of brackets matched, or the whole match where it has none.
    /// <c>new Regex("^patient[0-9]+")</c> keeps patient7_left.png and patient7_right.png together.
    /// </param>
    /// <param name="testFraction">The test set's share, above 0 and below 1.</param>
    /// <param name="labelColumnName">Column of labels: text, keys or numbers.</param>
    /// <param name="imagePathColumnName">Column of the images' paths.</param>
    /// <param name="seed">Which groups are drawn. Null: drawn from the context's seed.</param>
    /// <inheritdoc cref="TrainTestSplitImages(DataOperationsCatalog, IDataView, double, string?, string, int?)"/>
    public static DataOperationsCatalog.TrainTestData TrainTestSplitImages(
        this DataOperationsCatalog catalog,
        IDataView data,
        Regex groupPattern,
        double testFraction = 0.1,
        string labelColumnName = "Label",
        string imagePathColumnName = "ImagePath",
        int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(groupPattern);
        return catalog.TrainTestSplitImages(data, GroupOf, testFraction, labelColumnName, imagePathColumnName, seed);

        string? GroupOf(string path) => groupPattern.Match(Path.GetFileName(path)) is { Success: true } match
            ? (match.Groups.Count > 1 ? match.Groups[1] : match).Value
            : null;
    }

    /// <summary>Divides rows into a training and a test set with the same share of each class, and keeps images together whose paths say so.</summary>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="data">The rows, with any columns.</param>
    /// <param name="groupOf">Gives the group of an image by its path; null or empty where it has none, which is an error.</param>
    /// <param name="testFraction">The test set's share, above 0 and below 1.</param>
    /// <param name="labelColumnName">Column of labels: text, keys or numbers.</param>
    /// <param name="imagePathColumnName">Column of the images' paths.</param>
    /// <param name="seed">Which groups are drawn. Null: drawn from the context's seed.</param>
    /// <inheritdoc cref="TrainTestSplitImages(DataOperationsCatalog, IDataView, double, string?, string, int?)"/>
    public static DataOperationsCatalog.TrainTestData TrainTestSplitImages(
        this DataOperationsCatalog catalog,
        IDataView data,
        Func<string, string?> groupOf,
        double testFraction = 0.1,
        string labelColumnName = "Label",
        string imagePathColumnName = "ImagePath",
        int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(groupOf);
        ArgumentException.ThrowIfNullOrWhiteSpace(imagePathColumnName);
        return Split(catalog, data, testFraction, imagePathColumnName, groupOf, labelColumnName, seed);
    }

    static DataOperationsCatalog.TrainTestData Split(
        DataOperationsCatalog catalog, IDataView data, double testFraction, string? groupColumn, Func<string, string?> groupOf, string labelColumn, int? seed)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return ImageSplit.Draw(data, labelColumn, groupColumn, groupOf, testFraction, seed ?? MLNetInternals.Environment(catalog).Register(nameof(TrainTestSplitImages)).Rand.Next());
    }
}
