namespace ResNet.MLNet.Scoring;

/// <summary>Batches of rows, read ahead.</summary>
internal interface IRowFeed : IDisposable
{
    /// <summary>Who reads the rows.</summary>
    IReadOnlyList<RowReader> Readers { get; }

    /// <summary>The next batch in the order of the rows, which the caller disposes before it takes another; null at the end.</summary>
    /// <exception cref="Exception">What the source threw in place of the next row.</exception>
    RowBatch? Take();
}
