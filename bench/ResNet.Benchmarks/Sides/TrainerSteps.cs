using System.Diagnostics;
using ResNet.Benchmarks.Measuring;
using ResNet.Torch;

namespace ResNet.Benchmarks.Sides;

/// <summary>This library's training. Between rounds it stands still in its report of a step.</summary>
sealed class TrainerSteps : ISide, IProgress<TrainingProgress>
{
    readonly LabelledImages images;
    readonly SemaphoreSlim allowed = new(0), done = new(0);
    readonly CancellationTokenSource end = new();
    readonly Task training;

    public TrainerSteps(SideSettings settings)
    {
        images = TrainingImages.Of(settings);
        var options = new TrainingOptions { Epochs = 1000, BatchSize = TrainingImages.BatchSize, Schedule = new() { Kind = ScheduleKind.Constant, WarmupFraction = 0 }, Optimizer = new() { LearningRate = 0.01 }, Seed = 1 };
        training = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    allowed.Wait(end.Token);
                    Trainer.Train(ResNetVariant.Find(settings.Network), null, images, null, options, this, end.Token).Network.Dispose();
                }
                finally
                {
                    done.Release();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Measurement Round(int images)
    {
        var steps = TrainingImages.Steps(images);
        var clock = Stopwatch.StartNew();
        allowed.Release(steps);
        for (var step = 0; step < steps; step++)
        {
            done.Wait();
            if (training.IsFaulted)
                training.GetAwaiter().GetResult();
        }
        return new(steps * TrainingImages.BatchSize, clock.Elapsed.TotalSeconds);
    }

    public void Report(TrainingProgress value)
    {
        if (value.CompletedEpoch is not null || value.Warning is not null)
            return;
        done.Release();
        allowed.Wait(end.Token);
    }

    public void Dispose()
    {
        end.Cancel();
        _ = Task.WaitAny([training], CancellationToken.None);
        images.Dispose();
        allowed.Dispose();
        done.Dispose();
        end.Dispose();
    }
}
