namespace ResNet.Torch;

/// <summary>How a classifier does, from the probabilities that it gave: accuracy, loss, precision, recall and confusion.</summary>
/// <remarks>Scores are added one image at a time, in any order, from one thread.</remarks>
public sealed class ClassificationMetrics
{
    /// <summary>The least probability that the loss takes a logarithm of, ML.NET's: 1e-15.</summary>
    const double LeastProbability = 1e-15;

    readonly long[,] confusion;
    readonly int top;
    double loss;
    long topCorrect;

    /// <summary>Begins with no image.</summary>
    /// <param name="classNames">The name of each class, in the order of the scores.</param>
    /// <param name="top">How many of the first classes <see cref="TopKAccuracy"/> looks at, at least 1. Default 5.</param>
    public ClassificationMetrics(IReadOnlyList<string> classNames, int top = 5)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(classNames.Count, 1, nameof(classNames));
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        (ClassNames, this.top, confusion) = ([.. classNames], top, new long[classNames.Count, classNames.Count]);
    }

    /// <summary>The name of each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images.</summary>
    public long Count { get; private set; }

    /// <summary>Number of images whose own class came first.</summary>
    public long Correct => ClassNames.Select((_, i) => confusion[i, i]).Sum();

    /// <summary>Share of the images whose own class came first, 0 to 1; not a number without images.</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>Share of the images whose own class was among the first few, 0 to 1.</summary>
    public double TopKAccuracy => (double)topCorrect / Count;

    /// <summary>Mean of −ln p, where p is the probability of an image's own class, and 1e-15 where it is less.</summary>
    public double Loss => loss / Count;

    /// <summary>Number of images of a class that were taken for another, or the same.</summary>
    /// <param name="actual">The image's own class.</param>
    /// <param name="predicted">The class that came first.</param>
    public long Confusion(int actual, int predicted) => confusion[actual, predicted];

    /// <summary>Share of a class's images that were taken for it, 0 to 1; not a number when there is none.</summary>
    public double Recall(int label) => (double)confusion[label, label] / Support(label);

    /// <summary>Share of the images taken for a class that are of it, 0 to 1; not a number when none was.</summary>
    public double Precision(int label) => (double)confusion[label, label] / Predicted(label);

    /// <summary>Number of images of a class.</summary>
    public long Support(int label) => ClassNames.Select((_, other) => confusion[label, other]).Sum();

    /// <summary>Number of images that were taken for a class.</summary>
    public long Predicted(int label) => ClassNames.Select((_, other) => confusion[other, label]).Sum();

    /// <summary>Adds an image.</summary>
    /// <param name="probabilities">A probability for each class. Of equal ones the first class comes first.</param>
    /// <param name="label">The image's own class, from 0.</param>
    /// <exception cref="ArgumentException">There is not one probability for each class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The label is no class.</exception>
    public void Add(ReadOnlySpan<float> probabilities, int label)
    {
        if (probabilities.Length != ClassNames.Count)
            throw new ArgumentException($"There are {ClassNames.Count} classes (received {probabilities.Length} probabilities).", nameof(probabilities));
        if (label < 0 || label >= ClassNames.Count)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"A label is 0 to {ClassNames.Count - 1}.");
        var (first, rank, own) = (0, 0, probabilities[label]);
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] > probabilities[first] || float.IsNaN(probabilities[first]))
                first = i;
            if (probabilities[i] > own || (probabilities[i] == own && i < label))
                rank++;
        }
        Count++;
        confusion[label, first]++;
        loss -= Math.Log(Math.Max(own, LeastProbability));
        if (rank < top && !float.IsNaN(own))
            topCorrect++;
    }
}
