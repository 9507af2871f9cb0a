using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using ResNet.Torch;
using ResNet.Torch.Wording;

namespace ResNet.MLNet.Rows;

/// <summary>Reads the labelled images of a data view, in one pass over its source; a thread for each cursor of the view.</summary>
/// <remarks>
/// The view says how far it can be divided: <see cref="IDataView.GetRowCursorSet"/> gives each row to one of its cursors, and batch
/// numbers from which the rows' order is had again. So sources that differ from pass to pass are read right, and images that are
/// in memory, which ML.NET does not divide, are touched by one thread alone.
/// </remarks>
internal static class LabelledRows
{
    /// <param name="data">Rows whose schema can be trained on.</param>
    /// <param name="options">Columns, channels, threads, memory and the policy for bad images.</param>
    /// <param name="channel">Told of rows that were left out.</param>
    /// <returns>The images in the order of their rows, whatever the number of threads; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">A bad image (unless skipped), images of differing sizes, or no row at all.</exception>
    public static LabelledImages Read(IDataView data, ResNetClassifierOptions options, IChannel channel)
    {
        using var pass = new ReadingPass(data.Schema, options);
        var needed = RowImages.Needed(data.Schema, options.ImageColumnName).Append(data.Schema[options.LabelColumnName]).ToList();
        var cursors = options.DecodingThreads > 1 ? data.GetRowCursorSet(needed, options.DecodingThreads) : [data.GetRowCursor(needed)];
        ReadRow[][] read;
        try
        {
            read = ReadAll(cursors, pass);
        }
        finally
        {
            foreach (var cursor in cursors)
                cursor.Dispose();
        }
        RequireReconcilable(read);
        return Ordered([.. read.SelectMany(rows => rows).OrderBy(row => row.Batch)], pass, options, channel);
    }

    /// <summary>What each cursor gave. All threads have ended when it returns or throws.</summary>
    static ReadRow[][] ReadAll(DataViewRowCursor[] cursors, ReadingPass pass)
    {
        if (cursors is [var only])
            return [pass.Read(only)];
        // Threads of their own: one that waits for its rows must not keep another from starting.
        var work = cursors.Select(cursor => Task.Factory.StartNew(
            () => pass.Read(cursor), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            return Task.WhenAll(work).GetAwaiter().GetResult();
        }
        catch when (pass.FirstError is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    static void RequireReconcilable(ReadRow[][] read)
    {
        var ordered = Array.TrueForAll(read, rows => rows.Zip(rows.Skip(1)).All(pair => pair.First.Batch <= pair.Second.Batch));
        var batches = read.SelectMany(rows => rows.Select(row => row.Batch).Distinct()).ToList();
        if (!ordered || batches.Distinct().Count() != batches.Count)
            throw new InvalidOperationException(
                $"The data view was read through {read.Length} cursors whose batch numbers do not tell the rows' order, as those of {nameof(IDataView.GetRowCursorSet)} have to. Set {nameof(ResNetClassifierOptions.DecodingThreads)} to 1.");
    }

    /// <summary>The images in the rows' order, and the errors and warnings that reading row by row gives.</summary>
    static LabelledImages Ordered(ReadRow[] rows, ReadingPass pass, ResNetClassifierOptions options, IChannel channel)
    {
        long unlabelled = 0, bad = 0;
        string? firstBad = null;
        (int Width, int Height)? expected = null;
        var order = new List<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            if (row.Fault is { } fault)
            {
                var error = fault.At(i);
                if (!fault.CanBeSkipped)
                    throw error;
                if (options.OnBadImage == BadImagePolicy.Throw)
                    throw new InvalidDataException($"{error.Message} Set {nameof(ResNetClassifierOptions.OnBadImage)} to {nameof(BadImagePolicy.Skip)} to train without it.", error.InnerException);
                channel.Info(MessageSensitivity.None, $"Left out: {error.Message}");
                firstBad ??= error.Message;
                bad++;
            }
            else if (row.IsUnlabelled)
                unlabelled++;
            else
            {
                if (row.Seen is { } seen && (expected ??= seen.Size) != seen.Size)
                    throw RowPictures.OtherSize(options.ImageColumnName, seen.File, seen.Size, expected.Value).At(i);
                order.Add(row.Image);
            }
        }

        if (unlabelled > 0)
            channel.Warning(MessageSensitivity.None, $"{unlabelled} of {Counted.Of(rows.Length, "row")} {(unlabelled == 1 ? "has no label and was" : "have no label and were")} left out.");
        if (bad > 0)
            channel.Warning(MessageSensitivity.None, $"{bad} of {Counted.Of(rows.Length, "image")} could not be read and {(bad == 1 ? "was" : "were")} left out. The first: {firstBad}");
        return pass.Images?.Select(order) ?? throw new InvalidDataException(rows.Length == 0
            ? "The data has no rows."
            : $"None of the {rows.Length} rows can be trained on: {unlabelled} have no label in '{options.LabelColumnName}', {bad} no readable image in '{options.ImageColumnName}'.{(firstBad is null ? "" : " The first: " + firstBad)}");
    }
}
