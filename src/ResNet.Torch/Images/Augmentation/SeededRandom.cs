namespace ResNet.Torch.Images;

/// <summary>
/// Random numbers that depend on four numbers alone (SplitMix64: Steele, Lea and Flood 2014). Made for each image anew: System.Random
/// takes a microsecond for its seed, this a nanosecond.
/// </summary>
internal struct SeededRandom(int seed, int epoch, int index, SeededRandom.Use use)
{
    const ulong Golden = 0x9E3779B97F4A7C15; // 2^64 / golden ratio

    /// <summary>What the numbers are for: images and batches count from 0 alike, and must not draw alike.</summary>
    public enum Use
    {
        Image,
        Batch,
    }

    ulong state = Scramble(Scramble(((ulong)(uint)seed << 32 | (uint)epoch) + Golden) ^ ((ulong)(uint)index << 32 | (uint)use));

    ulong Bits() => Scramble(state += Golden);

    /// <summary>0 to below <paramref name="end"/>.</summary>
    public int Next(int end) => (int)Math.BigMul(Bits(), (ulong)end, out _);

    /// <summary>0 to below 1.</summary>
    public double NextDouble() => (Bits() >> 11) * (1.0 / (1L << 53));

    public bool Chance(double probability) => NextDouble() < probability;

    public double Uniform(double from, double to) => from + (to - from) * NextDouble();

    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var other = Next(i + 1);
            (values[i], values[other]) = (values[other], values[i]);
        }
    }

    /// <summary>A draw from Beta(α, α): 0 to 1, mean 0.5, variance 1 / (8α + 4).</summary>
    /// <remarks>In logarithms: for small α both gammas underflow to 0.</remarks>
    public double Beta(double alpha) => 1 / (1 + Math.Exp(LogGamma(alpha) - LogGamma(alpha)));

    /// <summary>The logarithm of a draw from Gamma(α, 1) (Marsaglia and Tsang 2000; below α = 1 raised by one, their §6).</summary>
    double LogGamma(double alpha)
    {
        var boost = alpha < 1 ? Math.Log(1 - NextDouble()) / alpha : 0;
        var d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3;
        while (true)
        {
            var x = Normal();
            var v = 1 + x / Math.Sqrt(9 * d);
            v = v * v * v;
            if (v > 0 && Math.Log(1 - NextDouble()) < x * x / 2 + d - d * v + d * Math.Log(v))
                return Math.Log(d * v) + boost;
        }
    }

    double Normal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    static ulong Scramble(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
