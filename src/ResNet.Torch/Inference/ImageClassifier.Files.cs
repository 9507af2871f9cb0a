using ResNet.Torch.Images;
using ResNet.Torch.Inference.Feeding;

namespace ResNet.Torch;

public sealed partial class ImageClassifier
{
    /// <summary>Scores an image file: decoded, resized and cropped as <see cref="Preset"/> says; the probabilities of several crops are averaged.</summary>
    /// <param name="path">A JPEG, PNG, BMP, GIF or WebP file.</param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <returns>A probability for each of <see cref="ClassNames"/>; they sum to 1.</returns>
    /// <exception cref="ImageDecodingException">The file cannot be read or decoded; or the preset does not resize, and the image has another size.</exception>
    /// <exception cref="ArgumentException">The options have faults; the message names them.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] ScoreFile(string path, ImageDecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return CropAverages.Of(Score(Preset.ReadForScoring(path, decoding)), Preset.CropCount);
    }

    /// <summary>Scores an image file that comes as a stream, from where it stands to its end; it stays open.</summary>
    /// <param name="stream">What a JPEG, PNG, BMP, GIF or WebP file holds.</param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <inheritdoc cref="ScoreFile(string, ImageDecodingOptions?)"/>
    public float[] ScoreFile(Stream stream, ImageDecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return CropAverages.Of(Score(Preset.ReadForScoring(stream, decoding)), Preset.CropCount);
    }

    /// <summary>Scores any number of image files, several at once, each as <see cref="ScoreFile(string, ImageDecodingOptions?)"/> does.</summary>
    /// <param name="paths">JPEG, PNG, BMP, GIF or WebP files. They are asked for as the result is read, a few batches ahead of it, on the thread that reads it.</param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <param name="batchSize">Images in a forward pass, at least 1; each of ten crops counts. Default null: 8 of 224×224 pixels, more of smaller ones. Scores do not depend on it beyond rounding.</param>
    /// <param name="cancellationToken">Ends the reading with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// What came of each file, in the order of the paths; a file that cannot be read has an error and ends nothing. Nothing is done before it is read. Memory
    /// does not grow with the number of files; when the reading ends, early or not, no work goes on.
    /// </returns>
    /// <remarks>
    /// The files of a batch are decoded and run through the network on one thread, of which a process has one for each processor, shared by all who score
    /// rows or files. They leave <c>torch.set_num_threads</c> as it is.
    /// </remarks>
    /// <exception cref="ArgumentException">The options have faults; the message names them. While reading: a path is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    /// <exception cref="ObjectDisposedException">While reading: the classifier is disposed.</exception>
    public IEnumerable<ImageScores> ScoreFiles(IEnumerable<string> paths, ImageDecodingOptions? decoding = null, int? batchSize = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Files(decoding, batchSize).Score(paths, cancellationToken);
    }

    /// <summary>Scores image files whose paths come over time, several at once. Where no further path is waiting, those that have come are scored without waiting for more.</summary>
    /// <param name="paths">
    /// JPEG, PNG, BMP, GIF or WebP files, asked for a few batches ahead of the result. A source that blocks where it should await, as the console's reader
    /// does, makes the scores that are ready wait too: read standard input through a <see cref="StreamReader"/> of <see cref="Console.OpenStandardInput()"/>.
    /// </param>
    /// <param name="decoding">Orientation, background and limits; the defaults when null.</param>
    /// <param name="batchSize">Images in a forward pass at most, at least 1. Default null: as for <see cref="ScoreFiles"/>.</param>
    /// <param name="cancellationToken">Ends the reading with an <see cref="OperationCanceledException"/>; the source of paths is given one that it cancels.</param>
    /// <inheritdoc cref="ScoreFiles" path="/*[self::returns or self::remarks or self::exception]"/>
    public IAsyncEnumerable<ImageScores> ScoreFilesAsync(IAsyncEnumerable<string> paths, ImageDecodingOptions? decoding = null, int? batchSize = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Files(decoding, batchSize).ScoreAsync(paths, cancellationToken);
    }

    FileFeed Files(ImageDecodingOptions? decoding, int? batchSize)
    {
        if (batchSize is { } size)
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(batchSize));
        return new(this, new ImageReader(Preset, decoding), batchSize);
    }
}
