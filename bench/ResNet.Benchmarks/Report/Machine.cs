using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace ResNet.Benchmarks.Report;

/// <summary>What measured figures depend on.</summary>
static class Machine
{
    /// <summary>"AMD EPYC, 2 processors, 24 GB, Debian GNU/Linux 12 (bookworm)".</summary>
    public static string Description { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Processor()}, {Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:F0} GB, {RuntimeInformation.OSDescription}");

    /// <summary>".NET 10.0.12, TorchSharp 0.107.0 (libtorch 2.10.0), ONNX Runtime 1.31.1, ML.NET 5.0.1".</summary>
    public static string Versions { get; } =
        $".NET {Environment.Version}, TorchSharp {VersionOf(typeof(torch))} (libtorch {LibTorch()}), ONNX Runtime {OrtEnv.Instance().GetVersionString()}, ML.NET {VersionOf(typeof(MLContext))}";

    static string Processor()
    {
        const string linux = "/proc/cpuinfo";
        var name = File.Exists(linux)
            ? File.ReadLines(linux).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).FirstOrDefault(line => line is ["model name", _])?[1]
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return name ?? $"{RuntimeInformation.ProcessArchitecture}";
    }

    static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? $"{type.Assembly.GetName().Version}";

    static string LibTorch() => typeof(Machine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "LibTorchVersion").Value!;
}
