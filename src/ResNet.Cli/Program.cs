using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Cli;

/// <summary>The process: its streams, and the signals that stop it.</summary>
static class Program
{
    static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        if (Console.IsOutputRedirected)
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false); // what programs read does not depend on the language of the system
        return await ResNetTool.RunAsync(args, Console.Out, Console.Error, stop.Token);

        // The first signal lets the command end by itself; the second ends the process.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }
}
