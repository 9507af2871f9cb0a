namespace ResNet.Torch.Tests.Training;

/// <summary>Noisy squares, each with one brighter part: the class is which. Easily told apart.</summary>
static class HalfBrightImages
{
    public static LabelledImages Of(int count, int classes = 2, int side = 16, int channels = 1)
    {
        var random = new Random(2);
        var images = new LabelledImages(ImagePreset.ImageNet(side, side, channels), classes);
        for (var i = 0; i < count; i++)
        {
            var label = i % classes;
            images.Add([.. Enumerable.Range(0, side * side * channels).Select(p => (byte)(random.Next(80) + (p / channels % side * classes / side == label ? 150 : 0)))], label);
        }
        return images;
    }
}

/// <summary>Keeps what a training tells, and acts on it if asked.</summary>
sealed class StepRecorder(Action<TrainingProgress>? also = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        also?.Invoke(value);
    }
}
