using ResNet.Torch.Runtime;

namespace ResNet.Torch.Training;

/// <summary>Where weights and gradients lie, a run of weights that are kept in the same numbers.</summary>
/// <param name="Values">Weights.</param>
/// <param name="Gradients">Their gradients; 0 where these are in <paramref name="HalfGradients"/>.</param>
/// <param name="Half">The weights' copy in bfloat16, or 0.</param>
/// <param name="HalfGradients">Their gradients in bfloat16, or 0.</param>
internal readonly unsafe record struct WeightMemory(nint Values, nint Gradients, nint Half, nint HalfGradients)
{
    /// <summary>Weights of a chunk: all that belongs to it stays in the processor's first cache.</summary>
    const int Chunk = 1024;

    const int Lanes = 16;

    /// <summary>Applies a rule to a run of weights, sets their gradients to zero and renews their copy in bfloat16: each number is read and written once.</summary>
    /// <param name="start">The first weight.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="first">What the optimizer remembers of the first weight of all.</param>
    /// <param name="second">The same of its other vector, or <paramref name="first"/> again.</param>
    /// <param name="rule">How weights move.</param>
    public void Update<TRule>(long start, long length, nint first, nint second, TRule rule) where TRule : unmanaged, IUpdateRule =>
        NativeThreads.Run(new Run<TRule>(this, start, length, first, second, rule));

    readonly struct Run<TRule>(WeightMemory memory, long start, long length, nint first, nint second, TRule rule) : IParallelWork where TRule : unmanaged, IUpdateRule
    {
        public void Do(int part, int parts)
        {
            var (from, to) = NativeThreads.Share((length + Chunk - 1) / Chunk, part, parts);
            for (var chunk = from; chunk < to; chunk++)
            {
                var at = start + chunk * Chunk;
                memory.UpdateChunk(at, (int)Math.Min(Chunk, start + length - at), (float*)first + at, (float*)second + at, rule);
            }
        }
    }

    void UpdateChunk<TRule>(long at, int count, float* first, float* second, TRule rule) where TRule : unmanaged, IUpdateRule
    {
        var widened = stackalloc float[Chunk];
        var values = (float*)Values + at;
        var gradients = Gradients == 0 ? widened : (float*)Gradients + at;
        if (Gradients == 0)
            BFloat16s.Widen((ushort*)HalfGradients + at, gradients, count);
        var whole = count / Lanes * Lanes;
        if (whole > 0)
            rule.Move(values, gradients, first, second, whole);
        if (whole < count)
            UpdateRest(values + whole, gradients + whole, first + whole, second + whole, count - whole, rule);
        if (Gradients == 0)
            new Span<ushort>((ushort*)HalfGradients + at, count).Clear();
        else
            new Span<float>(gradients, count).Clear();
        if (Half != 0)
            BFloat16s.Narrow(values, (ushort*)Half + at, count);
    }

    /// <summary>The last weights, fewer than a vector holds.</summary>
    static void UpdateRest<TRule>(float* values, float* gradients, float* first, float* second, int count, TRule rule) where TRule : unmanaged, IUpdateRule
    {
        var padded = stackalloc float[4 * Lanes];
        var v = padded;
        var g = v + Lanes;
        var a = g + Lanes;
        var b = first == second ? a : a + Lanes;
        var bytes = count * sizeof(float);
        new Span<float>(padded, 4 * Lanes).Clear();
        Buffer.MemoryCopy(values, v, bytes, bytes);
        Buffer.MemoryCopy(gradients, g, bytes, bytes);
        Buffer.MemoryCopy(first, a, bytes, bytes);
        Buffer.MemoryCopy(second, b, bytes, bytes);
        rule.Move(v, g, a, b, Lanes);
        Buffer.MemoryCopy(v, values, bytes, bytes);
        Buffer.MemoryCopy(a, first, bytes, bytes);
        Buffer.MemoryCopy(b, second, bytes, bytes);
    }
}
