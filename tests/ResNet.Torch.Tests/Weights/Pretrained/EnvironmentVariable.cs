namespace ResNet.Torch.Tests.Weights.Pretrained;

/// <summary>A variable of this process, set for the length of a test; tests do not run in parallel.</summary>
sealed class EnvironmentVariable : IDisposable
{
    readonly string name;
    readonly string? before;

    public EnvironmentVariable(string name, string value)
    {
        this.name = name;
        before = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(name, before);
}
