using System.Text.Json;

namespace ResNet.Cli.Verifying;

/// <summary>A file of values that PyTorch gave, and how this build is held against them; docs/verify.md has scripts that write such files.</summary>
internal sealed class ReferenceFile
{
    /// <summary>The kinds, told apart by what a file has; the first that fits counts.</summary>
    static readonly (string Has, Func<ReferenceValue, bool> IsIt, Func<ReferenceValue, VerifyInputs, CancellationToken, IEnumerable<VerifiedEntry>> Verify)[] kinds =
    [
        ("\"classes\" and \"models\" (a trained network on images)", root => root.Find("classes") is not null && root.Find("models") is not null, TrainedNetworks.Verify),
        ("\"models\" (seeded networks)", root => root.Find("models") is not null, (root, _, cancellation) => SeededNetworks.Verify(root, cancellation)),
        ("\"cases\" (resized images)", root => root.Find("cases") is not null, (root, _, cancellation) => ResizedImages.Verify(root, cancellation)),
        ("\"photos\" (prepared photographs)", root => root.Find("photos") is not null, Photographs.Verify),
        ("\"runs\" (steps of training)", root => root.Find("runs") is not null, (root, _, cancellation) => TrainingSteps.Verify(root, cancellation)),
    ];

    readonly string path;
    readonly ReferenceValue root;

    ReferenceFile(string path, ReferenceValue root) => (this.path, this.root) = (path, root);

    /// <exception cref="UsageException">It is not there, or no JSON.</exception>
    public static ReferenceFile Open(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new(path, new(document.RootElement.Clone(), ""));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: a JSON file of reference values was expected ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Computes each entry and compares it, one after another.</summary>
    /// <exception cref="UsageException">The file holds no reference values that are known, or not all that it takes; or an input is missing.</exception>
    public IEnumerable<VerifiedEntry> Verify(VerifyInputs inputs, CancellationToken cancellation)
    {
        var kind = Array.Find(kinds, kind => kind.IsIt(root));
        if (kind.Verify is null)
            throw new UsageException($"{path} holds no reference values that are known: a JSON object was expected with {string.Join(", or ", kinds.Select(k => k.Has))}. {Received()} docs/verify.md shows how such files are written.");
        using var entries = Named(() => kind.Verify(root, inputs, cancellation)).GetEnumerator();
        while (Named(entries.MoveNext))
            yield return entries.Current;
    }

    /// <summary>Puts the file's name before what is wrong with it.</summary>
    T Named<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (UsageException e)
        {
            throw new UsageException($"{path}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    string Received() => root.Element.ValueKind == JsonValueKind.Object
        ? $"This one has {(root.Members.Any() ? string.Join(", ", root.Members.Take(10).Select(member => $"\"{member.Name}\"")) : "nothing in it")}."
        : $"This one is a JSON {root.Element.ValueKind.ToString().ToLowerInvariant()}.";
}

/// <summary>What some references need beside themselves.</summary>
/// <param name="Files">The folder of the images that they name; null when it was not told.</param>
/// <param name="Weights">The weight file of the network that they name; null when it was not told.</param>
internal sealed record VerifyInputs(string? Files, string? Weights)
{
    public string RequireFiles(string holds) => Files switch
    {
        null => throw new UsageException($"it holds figures of {holds}: say with --files DIR where they are"),
        _ => Directory.Exists(Files) ? Files : throw new UsageException($"there is no folder {Files}, which --files names for {holds}"),
    };

    public string RequireWeights(string holds) => Weights switch
    {
        null => throw new UsageException($"it holds figures of {holds}: say with --weights FILE where its weights are"),
        _ => File.Exists(Weights) ? Weights : throw new UsageException($"there is no file {Weights}, which --weights names for {holds}"),
    };
}
