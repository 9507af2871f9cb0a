namespace ResNet.Cli.Verifying;

/// <summary>Pixels of a prepared image at the crossings of a grid, with the mean of each channel over all of it.</summary>
internal static class PixelGrid
{
    /// <summary>Compares an image.</summary>
    /// <param name="entry">With <c>grid</c>, <c>rgb</c> and <c>mean</c>.</param>
    /// <param name="pixels">side × side × 3 bytes.</param>
    /// <param name="side">Its height and width.</param>
    /// <param name="share">The share of the samples that must be near enough.</param>
    /// <param name="tolerance">What is near enough, of 255.</param>
    /// <param name="meanTolerance">What is near enough for a mean, of 255.</param>
    public static List<ComparedFigure> Compare(ReferenceValue entry, byte[] pixels, int side, double share, int tolerance, double meanTolerance)
    {
        int[] grid = [.. entry["grid"].Items.Select(place => place.Integer(0, side - 1))];
        var rows = entry["rgb"].Items;
        if (rows.Count != grid.Length)
            throw entry["rgb"].Fault($"{grid.Length} rows of pixels, as the grid has");
        var differences = new List<double>();
        for (var i = 0; i < grid.Length; i++)
        {
            var row = rows[i].Items;
            if (row.Count != grid.Length)
                throw rows[i].Fault($"{grid.Length} pixels, as the grid has");
            for (var j = 0; j < grid.Length; j++)
                differences.AddRange(row[j].NumbersOf(3).Select((expected, channel) => Math.Abs(expected - pixels[(grid[i] * side + grid[j]) * 3 + channel])));
        }
        differences.Sort();
        var means = Enumerable.Range(0, 3).Select(channel => Enumerable.Range(0, side * side).Average(i => (double)pixels[i * 3 + channel]));
        return
        [
            new(share == 1 ? "samples" : FormattableString.Invariant($"{share:P0} of the samples"), differences[(int)Math.Ceiling(share * differences.Count) - 1], tolerance, "of 255"),
            ComparedFigure.Of("means", entry["mean"].NumbersOf(3), means, meanTolerance, "of 255"),
        ];
    }
}
