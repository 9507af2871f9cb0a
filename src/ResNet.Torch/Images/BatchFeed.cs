using System.Buffers;
using System.Runtime.ExceptionServices;

namespace ResNet.Torch.Images;

/// <summary>Writes an image, changed at random, to its place in the batch; called from several threads at once.</summary>
/// <param name="image">The stored pixels.</param>
/// <param name="target">As many bytes, all of which are to be written.</param>
/// <param name="index">The image's number in its set.</param>
internal delegate void ImageAugmentation(ReadOnlySpan<byte> image, Span<byte> target, int index);

/// <summary>Changes a whole batch once all of its images are there, as mixup does.</summary>
/// <param name="batch">The images' bytes, one after the other.</param>
/// <param name="count">Images in the batch.</param>
/// <param name="step">The batch's number, from 0.</param>
/// <returns>What <see cref="PreparedBatch.Share"/> becomes.</returns>
internal delegate float? BatchFinish(Span<byte> batch, int count, int step);

/// <summary>Prepares a batch on other threads while the caller works with the one before it.</summary>
/// <param name="images">Where the images come from; it must not be disposed or added to while batches are prepared.</param>
/// <param name="threads">Images of a batch that are prepared at once, at least 1. The batches do not depend on it.</param>
/// <remarks>Holds two batches of pixels, which every <see cref="Prepare"/> uses again.</remarks>
internal sealed class BatchFeed(LabelledImages images, int threads)
{
    readonly PreparedBatch[] buffers = [new(images.Preset.ImageBytes), new(images.Preset.ImageBytes)];
    int inUse;

    /// <summary>The batches of an epoch, in their order.</summary>
    /// <param name="batches">For each batch the numbers of its images.</param>
    /// <param name="augment">Changes each image; null takes it as it is.</param>
    /// <param name="finish">Changes each batch; or null.</param>
    /// <param name="cancellation">Ends the work within a batch.</param>
    /// <returns>Each batch is valid until the next is asked for. One epoch at a time.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>
    /// An error in preparing a batch is thrown where the caller asks for that batch. When the enumeration ends, early or not, no
    /// work goes on.
    /// </remarks>
    public IEnumerable<PreparedBatch> Prepare(
        IReadOnlyList<int[]> batches, ImageAugmentation? augment = null, BatchFinish? finish = null, CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref inUse, 1) != 0)
            throw new InvalidOperationException("A feed prepares one epoch at a time: end the enumeration before the next.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<PreparedBatch>? next = null;
        try
        {
            for (var step = 0; step < batches.Count; step++)
            {
                var batch = Result(next ?? Start(step), cancellation);
                next = step + 1 < batches.Count ? Start(step + 1) : null;
                yield return batch;
            }
        }
        finally
        {
            stop.Cancel();
            // The buffers and the caller's images are free for others when the work is over; its errors are nobody's now.
            if (next is not null && Task.WaitAny([next], CancellationToken.None) == 0)
                _ = next.Exception;
            inUse = 0;
        }

        Task<PreparedBatch> Start(int step) =>
            Task.Run(() => Fill(buffers[step % buffers.Length], batches[step], step, augment, finish, stop.Token), stop.Token);
    }

    static PreparedBatch Result(Task<PreparedBatch> work, CancellationToken cancellation)
    {
        // What the work throws when it is cancelled carries another token than the caller's.
        Task.WaitAny([work], CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return work.GetAwaiter().GetResult();
    }

    PreparedBatch Fill(PreparedBatch batch, int[] indices, int step, ImageAugmentation? augment, BatchFinish? finish, CancellationToken stop)
    {
        batch.Reset(indices.Length);
        try
        {
            Parallel.For(0, indices.Length, new() { MaxDegreeOfParallelism = threads, CancellationToken = stop }, place =>
            {
                batch.Labels[place] = images.Label(indices[place]);
                Fill(batch.Image(place), indices[place], augment);
            });
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        batch.Share = finish?.Invoke(batch.Pixels, indices.Length, step);
        return batch;
    }

    void Fill(Span<byte> target, int index, ImageAugmentation? augment)
    {
        if (augment is null)
        {
            images.CopyPixels(index, target);
            return;
        }
        var stored = ArrayPool<byte>.Shared.Rent(target.Length);
        try
        {
            images.CopyPixels(index, stored);
            augment(stored.AsSpan(0, target.Length), target, index);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }
}
