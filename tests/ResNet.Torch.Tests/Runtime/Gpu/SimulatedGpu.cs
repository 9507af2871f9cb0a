using ResNet.Torch.Runtime.Gpu;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime.Gpu;

/// <summary>What a GPU does first, of all that it may do next.</summary>
public enum Pace
{
    /// <summary>Anything, at any time; some GPUs do little by themselves, some much.</summary>
    Any,

    /// <summary>Nothing before the host waits for it.</summary>
    Late,

    /// <summary>Copies at once, and computes when the host waits for it.</summary>
    CopiesAhead,

    /// <summary>Computes at once, and copies when the host waits for it.</summary>
    ComputeAhead,
}

/// <summary>
/// A GPU's queues in the processor's memory. Work is kept until it is its turn, by chance: in a stream one after the other, in different ones in any order that the events allow, as CUDA's
/// documentation has it. So a wait that is missing shows in what is read.
/// </summary>
sealed class SimulatedGpu(int seed, Pace pace) : IGpuQueues, IDisposable
{
    sealed class Mark
    {
        public int Recorded, Come;
    }

    sealed record Work(Action Do, Func<bool> MayStart);

    readonly Lock gate = new();
    readonly Random random = new(seed);
    readonly double haste = new Random(seed).NextDouble();
    readonly Dictionary<GpuStream, Queue<Work>> streams = new() { [GpuStream.Compute] = new() };
    readonly HashSet<GpuStream> ended = [];
    readonly Dictionary<GpuEvent, Mark> events = [];
    readonly SimulatedMemory host = new(), device = new();
    nint handles = 100;
    int calls;

    /// <summary>What went wrong, in words.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Streams and events that were made and not ended, but for the compute stream.</summary>
    public int Open => streams.Count - 1 - ended.Count + events.Count;

    /// <summary>Calls so far.</summary>
    public int Calls => calls;

    /// <summary>The call that fails, counted from 1.</summary>
    public int FailsAt { get; set; } = int.MaxValue;

    /// <summary>Whether all calls behind that one fail too, as they do on a GPU whose work has failed.</summary>
    public bool StaysBroken { get; init; }

    /// <summary>Gives the compute stream a kernel.</summary>
    public void Launch(Action kernel) => Call(() => Enqueue(GpuStream.Compute, kernel), mayFail: false);

    /// <summary>Does all that is left.</summary>
    public void Finish() => Call(() => RunUntil(() => streams.Values.All(queue => queue.Count == 0)), mayFail: false);

    public GpuStream CreateStream() => Call(() =>
    {
        var stream = new GpuStream(++handles);
        streams[stream] = new();
        return stream;
    });

    public void Destroy(GpuStream stream) => Call(() =>
    {
        ended.Add(stream); // what it has left is still done
        if (streams[stream].Count > 0)
            Faults.Add($"A stream was ended with {streams[stream].Count} pieces of work in it.");
    });

    public GpuEvent CreateEvent() => Call(() =>
    {
        var mark = new GpuEvent(++handles);
        events[mark] = new();
        return mark;
    });

    public void Destroy(GpuEvent mark) => Call(() => events.Remove(mark));

    public void Record(GpuEvent mark, GpuStream stream) => Call(() =>
    {
        var (state, version) = (events[mark], ++events[mark].Recorded);
        Enqueue(stream, () => state.Come = Math.Max(state.Come, version));
    });

    public void Wait(GpuStream stream, GpuEvent mark) => Call(() => Enqueue(stream, () => { }, HasCome(mark)));

    public void Wait(GpuEvent mark) => Call(() => RunUntil(HasCome(mark)));

    public void Wait(GpuStream stream) => Call(() => RunUntil(() => streams[stream].Count == 0));

    public void Copy(Tensor host, Tensor memory, long bytes, GpuStream stream) => Call(() => Enqueue(stream, () =>
    {
        if (host.IsInvalid || memory.IsInvalid)
            Faults.Add("A copy found its memory freed.");
        else
            host.bytes[..(int)bytes].CopyTo(memory.bytes);
    }));

    public Tensor HostMemory(long bytes) => Call(() => host.Of(bytes));

    public Tensor DeviceMemory(long bytes) => Call(() => device.Of(bytes));

    Func<bool> HasCome(GpuEvent mark)
    {
        var (state, version) = (events[mark], events[mark].Recorded);
        return () => state.Come >= version;
    }

    void Enqueue(GpuStream stream, Action work, Func<bool>? mayStart = null) => streams[stream].Enqueue(new(work, mayStart ?? (() => true)));

    void Call(Action action, bool mayFail = true) => Call(() =>
    {
        action();
        return true;
    }, mayFail);

    T Call<T>(Func<T> action, bool mayFail = true)
    {
        lock (gate)
        {
            if (mayFail && (++calls == FailsAt || (StaysBroken && calls > FailsAt)))
                throw new InvalidOperationException($"Call {calls} fails.");
            var result = action();
            while ((pace != Pace.Any || random.NextDouble() < haste) && Step(isForced: false))
            {
                // as far as it goes by itself
            }
            return result;
        }
    }

    void RunUntil(Func<bool> isDone)
    {
        while (!isDone())
        {
            if (!Step(isForced: true))
                throw new InvalidOperationException("The queues wait for each other for ever.");
        }
    }

    /// <summary>Does one piece of work; false where there is none that may be done.</summary>
    bool Step(bool isForced)
    {
        var ready = streams.Where(stream => stream.Value.TryPeek(out var head) && head.MayStart()).Select(stream => stream.Key).ToList();
        var first = ready.Where(stream => pace switch
        {
            Pace.CopiesAhead => stream != GpuStream.Compute,
            Pace.ComputeAhead => stream == GpuStream.Compute,
            Pace.Late => false,
            _ => true,
        }).ToList();
        var choice = first.Count > 0 ? first : isForced ? ready : [];
        if (choice.Count == 0)
            return false;
        streams[choice[random.Next(choice.Count)]].Dequeue().Do();
        return true;
    }

    public void Dispose()
    {
        host.Dispose();
        device.Dispose();
    }
}
