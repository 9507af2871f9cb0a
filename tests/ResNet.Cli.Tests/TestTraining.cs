using System.Security.Cryptography;
using ResNet.Torch;

namespace ResNet.Cli.Tests;

/// <summary>A training that takes a second, and what it leaves.</summary>
static class TestTraining
{
    /// <summary>Its command line.</summary>
    public static string[] Of(int epochs, string data, string folder, params string[] more) =>
        ["train", data, "--model", "resnet20", "--out", folder, "--epochs", $"{epochs}", "--seed", "3", "--set", "BatchSize=6", "--set", "Precision=Float32", .. more];

    /// <summary>The trained weights of a run folder, to the bit.</summary>
    public static string[] Weights(string folder)
    {
        using var file = WeightFile.Open(Path.Combine(folder, "model.safetensors"));
        return [.. file.Tensors.Keys.Order(StringComparer.Ordinal).Select(name => $"{name} {Convert.ToHexString(SHA256.HashData(Bytes(file, name)))}")];
    }

    static byte[] Bytes(WeightFile file, string name)
    {
        using var tensor = file.Read(name);
        return tensor.bytes.ToArray();
    }

    /// <summary>Runs a training that is stopped after its first epoch.</summary>
    /// <returns>The exit code, and what came on standard error.</returns>
    public static (int ExitCode, string Error) StopAfterOneEpoch(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        using var error = new StopAt("epoch 1/", stop);
        return (ResNetTool.RunAsync(arguments, TextWriter.Null, error, stop.Token).GetAwaiter().GetResult(), error.ToString());
    }

    /// <summary>Keeps what is written, and stops when something is.</summary>
    sealed class StopAt(string text, CancellationTokenSource stop) : StringWriter
    {
        public override void Write(char[] buffer, int index, int count)
        {
            base.Write(buffer, index, count);
            Check();
        }

        public override void Write(string? value)
        {
            base.Write(value);
            Check();
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Check();
        }

        void Check()
        {
            if (!stop.IsCancellationRequested && ToString().Contains(text, StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
