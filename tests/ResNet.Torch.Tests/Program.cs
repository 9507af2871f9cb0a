using ResNet.Torch.Tests.Training.Checkpoints;

namespace ResNet.Torch.Tests;

/// <summary>The tests; or, when a test asks for one, a training in a process of its own.</summary>
static class Program
{
    static Task<int> Main(string[] args) =>
        args is [TrainingProcess.Verb, var folder] ? Task.FromResult(TrainingProcess.Train(folder)) : MicrosoftTestingPlatformApplication.RunAsync(args);
}
