using System.Text.Json;
using ResNet.Cli.Loading;
using ResNet.Torch;
using ResNet.Torch.Weights;

namespace ResNet.Cli.Training;

/// <summary>The folder that a training leaves: checkpoint, metrics, configuration, and the trained model in two forms.</summary>
sealed class RunFolder(string path)
{
    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>Every epoch's results.</summary>
    public string Metrics => File("metrics.csv");

    /// <summary>What was asked for, down to each option.</summary>
    public string Configuration => File("config.json");

    /// <summary>The classifier, to train on and to score with.</summary>
    public string Classifier => File(ModelSource.ClassifierName);

    /// <summary>The same for any program with ML.NET and ONNX Runtime.</summary>
    public string Zip => File("model.zip");

    /// <summary>Whether it has the checkpoint of a training.</summary>
    public bool HasCheckpoint => System.IO.File.Exists(File(CheckpointOptions.FileName));

    /// <summary>Whether it says what its training is.</summary>
    public bool HasConfiguration => System.IO.File.Exists(Configuration);

    /// <summary>Makes the folder and writes what is going to be done.</summary>
    public void Begin(TrainingPlan plan)
    {
        Directory.CreateDirectory(path);
        var text = JsonSerializer.SerializeToUtf8Bytes(RunConfiguration.Of(plan), OptionText.Json);
        AtomicFile.Write(Configuration, stream => stream.Write(text));
    }

    string File(string name) => System.IO.Path.Combine(path, name);
}
