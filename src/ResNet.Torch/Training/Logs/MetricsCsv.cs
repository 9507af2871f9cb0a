using System.Text;
using ResNet.Torch.Training;
using ResNet.Torch.Weights;

namespace ResNet.Torch;

/// <summary>
/// Keeps a CSV file (RFC 4180, UTF-8, numbers with a point) with a row for every epoch:
/// <c>epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,seconds</c>, a field empty where there is no value.
/// </summary>
/// <remarks>
/// The file is written anew at every epoch, beside its place, and renamed: a run that is killed, or a full disk, leaves the rows before whole.
/// It belongs to one run at a time; look at a copy with programs that lock what they show (Excel), or the next epoch cannot be written.
/// Nothing is held open between reports, so there is nothing to dispose.
/// </remarks>
public sealed class MetricsCsv : IProgress<TrainingProgress>
{
    const string Header = "epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,seconds";
    const int Fields = 7;

    readonly List<(int Epoch, string Text)> rows;

    /// <summary>Begins a file, or goes on with the one that an earlier run left: its rows stay, but for a last one that breaks off.</summary>
    /// <param name="path">The file; its folder is made where there is none.</param>
    /// <exception cref="InvalidDataException">There is a file that is none of these; it is left as it is.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public MetricsCsv(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FilePath = Path.GetFullPath(path);
        var read = new List<(int Epoch, string Text)>();
        LogFile.Write(FilePath, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FilePath) ?? FilePath);
            if (Directory.Exists(FilePath))
                throw new IOException("It is a folder.");
            AtomicFile.RemoveLeftovers(FilePath);
            if (File.Exists(FilePath))
                read.AddRange(Read(FilePath));
        });
        rows = read;
        Save();
    }

    /// <summary>The file's full path.</summary>
    public string FilePath { get; }

    /// <summary>Writes the row of an epoch that has ended, in place of the rows that an earlier run left of it and of later ones; other reports it passes over.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.CompletedEpoch is not { } epoch)
            return;
        rows.RemoveAll(row => row.Epoch >= epoch.Epoch);
        rows.Add((epoch.Epoch, Csv.Row(
            epoch.Epoch, epoch.LearningRate, epoch.TrainingLoss, epoch.TrainingAccuracy, epoch.ValidationLoss, epoch.ValidationAccuracy, Math.Round(epoch.Duration.TotalSeconds, 3))));
        Save();
    }

    void Save() => LogFile.Write(FilePath, () => AtomicFile.Write(FilePath, stream =>
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => row.Text).Prepend(Header).Select(line => line + Csv.LineBreak))))));

    static IEnumerable<(int Epoch, string Text)> Read(string path)
    {
        using var reader = new StreamReader(path);
        // The start alone decides whether the rest is read: a foreign file may be of any size.
        var start = new char[Header.Length];
        var length = reader.ReadBlock(start);
        var rest = length == 0 || start.AsSpan(0, length).SequenceEqual(Header) ? reader.ReadToEnd() : null;
        if (length == 0)
            yield break;
        if (rest is null || rest.Length > 0 && rest[0] is not ('\r' or '\n'))
            throw Foreign(path, $"its first line is not \"{Header}\"");

        var lines = rest.Split('\n');
        // What follows the last line break is nothing, or a row that breaks off.
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var text = lines[i].TrimEnd('\r');
            if (!Csv.TryRead(text, Fields, out var fields) || fields[0] is not { } epoch || epoch < 1 || epoch > int.MaxValue || epoch % 1 != 0)
                throw Foreign(path, $"line {i + 1} is no row of an epoch: \"{text[..Math.Min(text.Length, 80)]}\"");
            yield return ((int)epoch, text);
        }
    }

    static InvalidDataException Foreign(string path, string why) =>
        new($"{path} is not a file of training metrics: {why}. It was left as it is; give another path, or remove it.");
}
