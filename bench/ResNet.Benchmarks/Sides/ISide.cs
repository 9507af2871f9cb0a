using ResNet.Benchmarks.Measuring;

namespace ResNet.Benchmarks.Sides;

/// <summary>One side of a comparison, ready to run; it lives in a process of its own.</summary>
interface ISide : IDisposable
{
    /// <summary>Does a round's work and times it.</summary>
    /// <param name="images">How much: images, rows or products.</param>
    Measurement Round(int images);
}
