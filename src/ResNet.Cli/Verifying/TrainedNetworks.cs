using System.Globalization;
using ResNet.Torch;
using ResNet.Torch.Wording;
using static TorchSharp.torch;

namespace ResNet.Cli.Verifying;

/// <summary>A trained network from a weight file on image files: how many it classifies right, and its logits of some.</summary>
internal static class TrainedNetworks
{
    const string CorrectOf = "correct_of_";
    const double LogitTolerance = 0.05;
    const int BatchSize = 200;

    public static IEnumerable<VerifiedEntry> Verify(ReferenceValue root, VerifyInputs inputs, CancellationToken cancellation)
    {
        var models = root["models"].Members.ToList();
        if (models is not [var (name, model)])
            throw root["models"].Fault("one network, as there is one weight file");
        var holds = $"{name} on images";
        string[] classes = [.. root["classes"].Items.Select(c => c.Text)];
        var (weights, folder) = (inputs.RequireWeights(holds), inputs.RequireFiles(holds));
        return ResNetVariant.TryFind(name, out var variant)
            ? Verify(new(root, classes, name, model), variant, weights, folder, cancellation)
            : [VerifiedEntry.Failed(name, "there is no network of this name")];
    }

    static IEnumerable<VerifiedEntry> Verify(Reference reference, ResNetVariant variant, string weights, string folder, CancellationToken cancellation)
    {
        var samples = reference.Model["samples"].Items;
        var preset = PresetFor(reference.Root, Path.Combine(folder, samples[0]["file"].Text));
        using var network = new ResidualNetwork(variant, reference.Classes.Length, preset.Channels);
        if (Load(network, weights) is { } fault)
        {
            yield return VerifiedEntry.Failed(reference.Name, fault);
            yield break;
        }
        network.eval();
        yield return Totals(reference, network, preset, folder, cancellation);
        foreach (var sample in samples)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Sample(reference, sample, network, preset, folder);
        }
    }

    /// <summary>How many images are classified right: of all, and of each class.</summary>
    static VerifiedEntry Totals(Reference reference, ResidualNetwork network, ImagePreset preset, string folder, CancellationToken cancellation)
    {
        var (model, classes) = (reference.Model, reference.Classes);
        var total = model.Members.FirstOrDefault(member => member.Name.StartsWith(CorrectOf, StringComparison.Ordinal));
        if (total.Name is null || !int.TryParse(total.Name[CorrectOf.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw model.Fault($"an object with \"{CorrectOf}N\", the images of N that it classifies right");
        var files = classes.SelectMany((name, label) => Images(folder, name).Select(path => (path, label))).ToList();
        if (files.Count != count)
            return VerifiedEntry.Failed(reference.Name, $"{Path.Combine(folder, "test")} has {Counted.Of(files.Count, "image")} of these classes, where the reference counts {count}");
        var correct = new int[classes.Length];
        foreach (var batch in files.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var logits = Logits(network, preset, [.. batch.Select(file => file.path)]);
                for (var i = 0; i < batch.Length; i++)
                    correct[batch[i].label] += Array.IndexOf(logits[i], logits[i].Max()) == batch[i].label ? 1 : 0;
            }
            catch (ImageDecodingException e)
            {
                return VerifiedEntry.Failed(reference.Name, e.Message);
            }
        }
        var tolerance = count / 1000; // ±10 of 10,000: decoders differ
        var figures = new List<ComparedFigure>
        {
            ComparedFigure.Exact("parameters", model["params"].Integer(1), network.parameters().Sum(p => p.numel())),
            new("right", Math.Abs(total.Value.Integer(0) - correct.Sum()), tolerance, "images"),
        };
        if (model.Find("per_class_correct") is { } perClass)
            figures.Add(ComparedFigure.Of("right of a class", perClass.NumbersOf(classes.Length), correct.Select(c => (double)c), tolerance, "images"));
        return new(reference.Name, figures);
    }

    static VerifiedEntry Sample(Reference reference, ReferenceValue sample, ResidualNetwork network, ImagePreset preset, string folder)
    {
        var (file, expected) = (sample["file"].Text, sample["logits"].NumbersOf(reference.Classes.Length));
        try
        {
            var logits = Logits(network, preset, [Path.Combine(folder, file)])[0];
            return new(file, [ComparedFigure.Of("logits", expected, logits.Select(value => (double)value), LogitTolerance, "absolute")]);
        }
        catch (ImageDecodingException e)
        {
            return VerifiedEntry.Failed(file, e.Reason);
        }
    }

    static float[][] Logits(ResidualNetwork network, ImagePreset preset, string[] files)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        byte[] pixels = [.. files.SelectMany(file => preset.ReadFile(file))];
        var images = tensor(pixels).reshape(files.Length, preset.Height, preset.Width, preset.Channels);
        return [.. network.call(preset.ToBatch(images)).data<float>().ToArray().Chunk(network.Classes)];
    }

    /// <summary>The images go into the network in their own size, which the first tells.</summary>
    static ImagePreset PresetFor(ReferenceValue root, string firstImage)
    {
        float[] mean = [.. root["normalize_mean"].NumbersOf(3).Select(x => (float)x)], std = [.. root["normalize_std"].NumbersOf(3).Select(x => (float)x)];
        using var codec = SkiaSharp.SKCodec.Create(firstImage);
        return codec is null
            ? throw new UsageException($"its first sample {firstImage} is not there, or no image: --files names the folder that the samples' names begin in")
            : new(codec.Info.Height, codec.Info.Width, mean, std);
    }

    static string? Load(ResidualNetwork network, string weights)
    {
        try
        {
            network.LoadWeights(weights);
            return null;
        }
        catch (Exception e) when (e is WeightFormatException or WeightMismatchException or IOException)
        {
            return e.Message;
        }
    }

    static IEnumerable<string> Images(string folder, string className)
    {
        var ofClass = Path.Combine(folder, "test", className);
        return Directory.Exists(ofClass) ? Directory.EnumerateFiles(ofClass) : [];
    }

    sealed record Reference(ReferenceValue Root, string[] Classes, string Name, ReferenceValue Model);
}
