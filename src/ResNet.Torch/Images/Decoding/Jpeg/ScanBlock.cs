namespace ResNet.Torch.Images.Jpeg;

/// <summary>One of the blocks that each MCU of a scan has, and where they are kept in the present row of MCUs.</summary>
internal struct ScanBlock
{
    readonly JpegPlane plane;
    readonly int x, y; // in the MCU
    int fromLeft, place, kept;

    ScanBlock(JpegComponent component, JpegPlane plane, int x, int y) => (Component, this.plane, this.x, this.y) = (component, plane, x, y);

    public JpegComponent Component { get; }

    public readonly int Stride => plane.Stride;

    /// <summary>Sets up the blocks of an MCU in the scan's order (ITU-T T.81, A.2.3), and their components.</summary>
    public static void Fill(JpegHeader header, ReadOnlySpan<JpegPlane> planes, Span<ScanBlock> blocks, Span<JpegComponent> components)
    {
        var next = 0;
        for (var c = 0; c < planes.Length; c++)
        {
            var component = header.Components[c];
            for (var y = 0; y < component.Down; y++)
            {
                for (var x = 0; x < component.Across; x++, next++)
                    (blocks[next], components[next]) = (new(component, planes[c], x, y), component);
            }
        }
    }

    /// <summary>Goes to an MCU.</summary>
    public void Start(int row, int column)
    {
        var blockRow = row * Component.Down + y;
        fromLeft = column * Component.Across + x - plane.Left;
        kept = blockRow >= plane.Top && blockRow < plane.Bottom ? plane.Right - plane.Left : 0;
        place = kept == 0 ? 0 : plane.PlaceOf(plane.Left, blockRow);
    }

    /// <summary>Goes to the MCU's right neighbour.</summary>
    /// <returns>Where the first sample of the block that was left is kept; −1: it is not.</returns>
    public int Next()
    {
        var at = fromLeft;
        fromLeft += Component.Across;
        return (uint)at < (uint)kept ? place + JpegPlane.Side * at : -1;
    }
}
