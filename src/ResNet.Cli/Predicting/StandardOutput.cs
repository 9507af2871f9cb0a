using System.Runtime.InteropServices;

namespace ResNet.Cli.Predicting;

/// <summary>The process's standard output.</summary>
internal static partial class StandardOutput
{
    const int Descriptor = 1;
    const short Error = 8, HangUp = 16;

    /// <summary>
    /// Whether nobody reads it any more, as behind <c>| head</c>. .NET takes no notice of it, and a stream of predictions would go on for
    /// nobody. False on Windows, where it cannot be asked.
    /// </summary>
    public static bool IsClosed
    {
        get
        {
            var file = new PolledFile { Descriptor = Descriptor };
            return !OperatingSystem.IsWindows() && Poll(ref file, 1, 0) > 0 && (file.Returned & (Error | HangUp)) != 0;
        }
    }

    /// <summary>POSIX' <c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct PolledFile
    {
        public int Descriptor;
        public short Asked;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PolledFile files, nuint count, int milliseconds);
}
