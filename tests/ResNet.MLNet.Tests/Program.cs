using ResNet.MLNet.Tests.Saving;

namespace ResNet.MLNet.Tests;

/// <summary>The tests; or, when a test asks for one, savings in a process of its own.</summary>
static class Program
{
    static Task<int> Main(string[] args) => args switch
    {
        [SavingProcess.Verb, var folder] => Task.FromResult(SavingProcess.SaveForEver(folder)),
        [SavingProcess.OnceVerb, var model, var path] => Task.FromResult(SavingProcess.SaveOnce(Enum.Parse<SavedModel>(model), path)),
        _ => MicrosoftTestingPlatformApplication.RunAsync(args),
    };
}
