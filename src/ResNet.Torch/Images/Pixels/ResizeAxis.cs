namespace ResNet.Torch.Images;

/// <summary>For a stretch of an axis of a resized image: which pixels make up each of its own, and by what weights.</summary>
/// <remarks>
/// The arithmetic of Pillow's Image.resize: weights in float64, scaled to sum to 1, then rounded to fixed point. Antialiased, the
/// kernel is as wide as what falls into one pixel; otherwise as wide as a source pixel.
/// </remarks>
internal readonly ref struct ResizeAxis
{
    /// <summary>Bits behind the point of a weight: with 8 of a pixel and 2 for negative weights they fill an int.</summary>
    public const int FractionBits = 32 - 8 - 2;

    /// <summary>Weights are kept in groups of so many.</summary>
    public const int Group = 4;

    readonly Scratch<int> starts, counts, weights;
    readonly int taps;

    /// <summary>
    /// For an axis of <paramref name="from"/> pixels resized to <paramref name="to"/>, of which <paramref name="length"/> are wanted from
    /// <paramref name="first"/> on. <paramref name="extent"/> of those pixels are resized: the last one perhaps in part.
    /// </summary>
    public ResizeAxis(int from, double extent, int to, int first, int length, Interpolation kernel, bool antialias)
    {
        var (scale, stretch, reach) = Scale(extent, to, kernel, antialias);
        taps = ((int)Math.Ceiling(2 * reach) + Group) / Group * Group; // one more, for roundings, in whole groups
        From = from;
        starts = new(length);
        counts = new(length);
        weights = new(checked(length * taps));
        Span<double> exact = taps <= 64 ? stackalloc double[taps] : new double[taps];
        for (var i = 0; i < length; i++)
        {
            var centre = (first + i + 0.5) * scale;
            var start = StartOf(centre, reach);
            var count = EndOf(centre, reach, from) - start;
            var sum = 0.0;
            for (var k = 0; k < count; k++)
                sum += exact[k] = ResizeKernel.Weigh(kernel, (start + k - centre + 0.5) * (1 / stretch));
            var before = Math.Clamp(start + taps - from, 0, start); // so that all the groups lie within the axis
            var own = weights.Span.Slice(i * taps, taps);
            own.Clear();
            for (var k = 0; k < count; k++)
                own[before + k] = (int)Math.Round(exact[k] / sum * (1 << FractionBits), MidpointRounding.AwayFromZero);
            (starts.Span[i], counts.Span[i]) = (start - before, before + count);
        }
        IsIdentity = extent == to && first == 0 && length == to;
    }

    /// <summary>The first pixel of the source that such an axis needs, and the one behind the last.</summary>
    public static (int Begin, int End) Needed(int from, double extent, int to, int first, int length, Interpolation kernel, bool antialias)
    {
        var (scale, _, reach) = Scale(extent, to, kernel, antialias);
        return (StartOf((first + 0.5) * scale, reach), EndOf((first + length - 0.5) * scale, reach, from));
    }

    static (double Scale, double Stretch, double Reach) Scale(double extent, int to, Interpolation kernel, bool antialias)
    {
        var scale = extent / to;
        var stretch = antialias ? Math.Max(1, scale) : 1;
        return (scale, stretch, stretch * ResizeKernel.Reach(kernel));
    }

    static int StartOf(double centre, double reach) => Math.Max(0, (int)(centre - reach + 0.5));

    static int EndOf(double centre, double reach, int from) => Math.Min(from, (int)(centre + reach + 0.5));

    /// <summary>Whether the pixels are those of the source, one by one.</summary>
    public bool IsIdentity { get; }

    /// <summary>How many pixels the source has.</summary>
    public int From { get; }

    /// <summary>How many groups of weights each pixel has.</summary>
    public int GroupCount => taps / Group;

    /// <summary>Whether for each pixel whole groups of the source's can be read.</summary>
    public bool HasGroups => From >= taps;

    /// <summary>How many pixels are made.</summary>
    public int Length => starts.Span.Length;

    /// <summary>The first pixel of the source that is needed.</summary>
    public int Begin => starts.Span[0];

    /// <summary>Behind the last pixel of the source that is needed.</summary>
    public int End => starts.Span[^1] + counts.Span[^1];

    /// <summary>The resized pixels from first to last, to be walked once.</summary>
    public Walk GetEnumerator() => new(starts.Span, counts.Span, weights.Span, taps);

    /// <summary>A resized pixel in whole groups, the last weights perhaps 0; for axes that <see cref="HasGroups"/>.</summary>
    public Mixture InGroups(int index) => new(starts.Span[index], weights.Span.Slice(index * taps, taps));

    public void Dispose()
    {
        starts.Dispose();
        counts.Dispose();
        weights.Dispose();
    }

    /// <summary>What makes up one resized pixel: source pixels from a start on, each with its weight.</summary>
    public readonly ref struct Mixture(int start, ReadOnlySpan<int> weights)
    {
        public int Start { get; } = start;

        public ReadOnlySpan<int> Weights { get; } = weights;
    }

    public ref struct Walk(ReadOnlySpan<int> starts, ReadOnlySpan<int> counts, ReadOnlySpan<int> weights, int taps)
    {
        readonly ReadOnlySpan<int> starts = starts, counts = counts, weights = weights;
        int index = -1;

        public bool MoveNext() => ++index < starts.Length;

        public readonly Mixture Current => new(starts[index], weights.Slice(index * taps, counts[index]));
    }
}
