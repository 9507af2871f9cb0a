using ResNet.Torch.Runtime;

namespace ResNet.Torch.Inference.Feeding;

/// <summary>The threads that decode and score, one for each processor, of which a process has one set however many callers there are.</summary>
/// <remarks>
/// A piece of work decodes its images and runs their forward pass, all on one thread. Two forward passes side by side, a thread each, are together as fast as
/// one that libtorch divides between two threads, and do not wait for one another where a decoder takes one's processor. Where libtorch's threads cannot be set
/// for a single thread (<see cref="IntraOpThreads"/>) there is one thread, and libtorch divides its forward passes as it does elsewhere.
/// </remarks>
internal sealed class ScoringThreads : TaskScheduler
{
    static readonly Lazy<ScoringThreads> shared = new(() => new());

    [ThreadStatic]
    static bool isOne;

    readonly object gate = new(); // waited on, which a Lock is not
    readonly LinkedList<Task> waiting = [];
    int started, idle;

    ScoringThreads() => MaximumConcurrencyLevel = IntraOpThreads.CanBeOne ? Environment.ProcessorCount : 1;

    /// <summary>The process's own. Its threads start as work comes, and do not keep the process alive.</summary>
    public static ScoringThreads Shared => shared.Value;

    /// <summary>Number of threads.</summary>
    public override int MaximumConcurrencyLevel { get; }

    /// <summary>Pieces of work that one caller has given and not taken back, at most: each thread has one in hand, and the next lie ready.</summary>
    public int ReadAhead => MaximumConcurrencyLevel + 2;

    protected override void QueueTask(Task task)
    {
        lock (gate)
        {
            waiting.AddLast(task);
            if (waiting.Count > idle && started < MaximumConcurrencyLevel)
                new Thread(Work) { IsBackground = true, Name = $"Scoring {++started}" }.Start();
            Monitor.Pulse(gate);
        }
    }

    void Work()
    {
        isOne = true;
        _ = MaximumConcurrencyLevel == 1 || IntraOpThreads.TryUseOne();
        while (true)
            TryExecuteTask(Next());
    }

    Task Next()
    {
        lock (gate)
        {
            while (waiting.Count == 0)
            {
                idle++;
                Monitor.Wait(gate);
                idle--;
            }
            var next = waiting.First!.Value;
            waiting.RemoveFirst();
            return next;
        }
    }

    /// <summary>Work that is cancelled before it has begun is over at once, whatever the threads are at.</summary>
    protected override bool TryDequeue(Task task)
    {
        lock (gate)
            return waiting.Remove(task);
    }

    /// <summary>Work that waits for other work, as a pipeline within a pipeline may, does it itself: were it to wait for a free thread, all might.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        isOne && (!taskWasPreviouslyQueued || TryDequeue(task)) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (gate)
            return [.. waiting];
    }
}
