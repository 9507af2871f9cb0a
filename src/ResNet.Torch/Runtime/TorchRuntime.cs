using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ResNet.Torch.Runtime;
using TorchSharp;

namespace ResNet.Torch;

/// <summary>Loads libtorch, also where TorchSharp alone does not: Debian 12, Ubuntu 22.04 and others of their age.</summary>
/// <remarks>
/// It runs by itself, the first time that anything of this library is used. A program that calls TorchSharp before
/// anything of this library calls <see cref="Load"/> first.
/// </remarks>
public static partial class TorchRuntime
{
    /// <summary>The libtorch that TorchSharp 0.107 is built for; the packages' version is in Directory.Packages.props.</summary>
    const string LibTorchVersion = "2.10.0";

    static readonly Lazy<TorchRuntimeException?> failure = new(TryLoad);

    /// <summary>Loads the native libraries, once in a process; later calls cost nothing.</summary>
    /// <exception cref="TorchRuntimeException">A library or a version is missing; the message says which and what to install.</exception>
    public static void Load()
    {
        if (failure.Value is { } reason)
            throw new TorchRuntimeException(reason.Message, reason);
    }

    /// <summary>Passes <paramref name="value"/> through once libtorch is there: for use before a base constructor.</summary>
    internal static T Loaded<T>(T value)
    {
        Load();
        return value;
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp's own first use has to find the library loaded; a failure is kept for Load to tell.")]
    internal static void LoadEarly() => _ = failure.Value;

    static TorchRuntimeException? TryLoad()
    {
        try
        {
            WaitingThreads.SpinBriefly();
            var torchSharp = typeof(torch).Assembly;
            _ = NativeLibrary.TryLoad("torch_cpu", torchSharp, null, out _);
            if (!NativeLibrary.TryLoad("LibTorchSharp", torchSharp, null, out _))
                LoadFromFiles();
            NativeAllocator.KeepLargeBlocks();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return new TorchRuntimeException(Explain(e.Message), e);
        }
    }

    /// <summary>Loads by full path, so that an error is that of the library itself, and with its unused version need relaxed.</summary>
    static void LoadFromFiles()
    {
        NativeLibrary.Load(Find("torch_cpu"));
        NativeLibrary.Load(Find("torch"));
        var torchSharp = Find("LibTorchSharp");
        try
        {
            NativeLibrary.Load(torchSharp);
        }
        catch (DllNotFoundException e) when (OperatingSystem.IsLinux() && MissingVersion().Match(e.Message) is { Success: true } missing)
        {
            var library = File.ReadAllBytes(torchSharp);
            if (!ElfVersionNeeds.TryWeaken(library, missing.Groups["version"].Value))
                throw;
            LoadFromMemory(library);
        }
    }

    /// <summary>A file that lives in memory alone: nothing to clean up, and nothing that another user could replace.</summary>
    static void LoadFromMemory(byte[] library)
    {
        var descriptor = memfd_create("libLibTorchSharp.so", 1 /* close on exec */);
        if (descriptor < 0)
            throw new IOException($"memfd_create failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(handle, library, 0);
        NativeLibrary.Load($"/proc/self/fd/{descriptor}"); // found again by its SONAME, libLibTorchSharp.so
    }

    static string Find(string library)
    {
        var file = OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";
        var native = Path.Combine("runtimes", PortableRid, "native");
        var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat([AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, native)]);
        return folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"{file} is not among the program's files");
    }

    static string PortableRid =>
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-" +
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Turns a loader's message into what is missing and what to do.</summary>
    internal static string Explain(string loaderMessage)
    {
        const string cannot = "libtorch could not be loaded: ";
        if (MissingVersion().Match(loaderMessage) is { Success: true } version)
        {
            var remedy = version.Groups["version"].Value switch
            {
                var v when v.StartsWith("GLIBCXX", StringComparison.Ordinal) || v.StartsWith("CXXABI", StringComparison.Ordinal)
                    => "Install a newer libstdc++ (Debian and Ubuntu: package libstdc++6; GLIBCXX_3.4.32 comes with GCC 13)",
                var v when v.StartsWith("GLIBC_", StringComparison.Ordinal)
                    => "Use a distribution with a newer glibc (libtorch 2.10 needs 2.28: Debian 10, Ubuntu 20.04, RHEL 8 or newer)",
                _ => "Install a newer version of that library",
            };
            return $"{cannot}{version.Groups["needer"].Value} needs version {version.Groups["version"].Value}, which {version.Groups["library"].Value} does not have. {remedy}.";
        }
        if (MissingLibrary().Match(loaderMessage) is { Success: true } library)
        {
            var name = library.Groups["library"].Value;
            return $"{cannot}{name} is missing on this system. {Remedy(name)}";
        }
        if (NotAmongFiles().Match(loaderMessage) is { Success: true } file)
            return $"{cannot}{file.Value}. Add a package reference to libtorch-cpu-{PortableRid} (version {LibTorchVersion}) to the program; the libraries leave that choice to it.";
        return $"{cannot}{loaderMessage}";
    }

    static string Remedy(string library) => library switch
    {
        _ when library.StartsWith("libgomp", StringComparison.Ordinal) => "Install the package libgomp1 (Debian, Ubuntu) or libgomp (Fedora, RHEL).",
        _ when library.StartsWith("libstdc++", StringComparison.Ordinal) => "Install the package libstdc++6 (Debian, Ubuntu) or libstdc++ (Fedora, RHEL, Alpine).",
        _ when library.StartsWith("ld-linux", StringComparison.Ordinal) || library.StartsWith("libc.so", StringComparison.Ordinal)
            => "libtorch needs glibc: use a Debian-, Ubuntu- or RHEL-based image instead of Alpine (musl).",
        _ when library.StartsWith("libtorch", StringComparison.Ordinal) || library.StartsWith("libc10", StringComparison.Ordinal)
            => $"Reference one libtorch package of version {LibTorchVersion}, for example libtorch-cpu-{PortableRid}.",
        _ => "Install the package that provides it.",
    };

    // glibc: "LIBRARY: version `VERSION' not found (required by NEEDER)"
    [GeneratedRegex(@"(?<library>[^\s:]+): version [`'](?<version>[^']+)' not found \(required by (?<needer>[^)]+)\)")]
    private static partial Regex MissingVersion();

    // glibc: "LIBRARY: cannot open shared object file"; musl: "Error loading shared library LIBRARY:"
    [GeneratedRegex(@"(?<library>[^\s:/]+): cannot open shared object file|Error loading shared library (?<library>[^\s:]+):")]
    private static partial Regex MissingLibrary();

    [GeneratedRegex(@"\S+ is not among the program's files")]
    private static partial Regex NotAmongFiles();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
