namespace ResNet.Torch.Tests.Weights.Pretrained;

/// <summary>Keeps what it is told, at once and in order; <see cref="Progress{T}"/> would hand it to other threads.</summary>
sealed class ProgressList(Action<DownloadProgress>? also = null) : IProgress<DownloadProgress>
{
    public List<DownloadProgress> Reports { get; } = [];

    public void Report(DownloadProgress value)
    {
        Reports.Add(value);
        also?.Invoke(value);
    }
}
