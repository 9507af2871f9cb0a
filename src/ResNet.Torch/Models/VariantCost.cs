namespace ResNet.Torch;

/// <summary>What a row of the table costs, without building its network.</summary>
public static class VariantCost
{
    /// <summary>Multiply-adds of a forward pass for one image, as <see cref="NetworkSummary.MultiplyAdds"/> counts them in the network itself.</summary>
    /// <param name="variant">The row.</param>
    /// <param name="height">Height of the images, in pixels, at least 1.</param>
    /// <param name="width">Width of the images, in pixels, at least 1.</param>
    /// <param name="classes">Number of classes; the row's own when null.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="stem">The stem; the row's own when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static long MultiplyAdds(this ResNetVariant variant, int height, int width, int? classes = null, int channels = 3, Stem? stem = null)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes ?? 1, 1, nameof(classes));
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        var (sum, map) = OfStem(variant, new(channels, height, width), stem ?? variant.Stem);
        for (var stage = 1; stage <= variant.Depths.Stages; stage++)
        {
            for (var block = 0; block < variant.Depths[stage]; block++)
            {
                var isDilated = stage > variant.Depths.Stages - variant.DilatedStages;
                var (cost, output) = OfBlock(variant, map, stage, stride: block > 0 || stage == 1 || isDilated ? 1 : 2);
                (sum, map) = (sum + cost, output);
            }
        }
        return sum + (long)variant.FeatureCount * (classes ?? variant.Classes);
    }

    /// <summary>Channels and pixels between two layers.</summary>
    readonly record struct Map(long Channels, long Height, long Width)
    {
        /// <summary>A convolution or pooling: what it gives, its channels' number being the caller's.</summary>
        public Map Through(long channels, int kernel, int stride, int padding) => new(channels, Side(Height, kernel, stride, padding), Side(Width, kernel, stride, padding));

        /// <summary>Each weight is used once for each pixel that comes out.</summary>
        public long CostTo(Map output, int kernel, int groups = 1) => Channels / groups * kernel * kernel * output.Channels * output.Height * output.Width;

        static long Side(long side, int kernel, int stride, int padding) => (side + 2 * padding - kernel) / stride + 1;
    }

    static (long Cost, Map Output) OfStem(ResNetVariant variant, Map images, Stem stem)
    {
        var stride = stem == Stem.Standard ? 2 : 1;
        Map output;
        long cost;
        if (variant.HasDeepStem)
        {
            var first = images.Through(variant.Width / 2, 3, stride, 1);
            output = first with { Channels = variant.Width };
            cost = images.CostTo(first, 3) + first.CostTo(first, 3) + first.CostTo(output, 3);
        }
        else
        {
            var (kernel, padding) = stem == Stem.Small ? (3, 1) : (7, variant.HasStemPadding ? 3 : 0);
            output = images.Through(variant.Width, kernel, stride, padding);
            cost = images.CostTo(output, kernel);
        }
        return (cost, stem == Stem.Small ? output : output.Through(output.Channels, 3, 2, variant.HasStemPadding ? 1 : 0));
    }

    static (long Cost, Map Output) OfBlock(ResNetVariant variant, Map input, int stage, int stride)
    {
        var output = input.Through(variant.StageChannels(stage), 3, stride, 1);
        long cost;
        if (variant.Block == BlockKind.Basic)
        {
            cost = input.CostTo(output, 3) + output.CostTo(output, 3);
        }
        else
        {
            var inner = output with { Channels = (variant.Width << (stage - 1)) * variant.WidthPerGroup / 64 * variant.Groups };
            var reduced = variant.StridesIn1x1 ? inner : input with { Channels = inner.Channels };
            cost = input.CostTo(reduced, 1) + reduced.CostTo(inner, 3, variant.Groups) + inner.CostTo(output, 1);
        }
        if (variant.SqueezeReduction > 0)
            cost += 2 * output.Channels * (output.Channels / variant.SqueezeReduction);
        var isProjected = variant.Shortcut is ShortcutKind.Projection or ShortcutKind.Convolution or ShortcutKind.PooledProjection;
        if (isProjected && (stride != 1 || input.Channels != output.Channels))
            cost += input.CostTo(output, 1);
        return (cost, output);
    }
}
