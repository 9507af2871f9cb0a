using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class PixelCropTests
{
    static readonly PixelShape grey3 = new(3, 3, 1);

    [TestMethod]
    [DataRow(0, 0, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [DataRow(1, 0, new byte[] { 0, 0, 0, 1, 2, 3, 4, 5, 6 })]
    [DataRow(-1, 1, new byte[] { 0, 4, 5, 0, 7, 8, 0, 0, 0 })]
    [DataRow(0, -2, new byte[] { 3, 0, 0, 6, 0, 0, 9, 0, 0 })]
    [DataRow(3, 0, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [DataRow(0, -4, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void Shift_ByPixels_LeavesBlack(int down, int right, byte[] expected)
    {
        byte[] target = [.. Enumerable.Repeat((byte)77, 9)];
        PixelCrop.Shift([1, 2, 3, 4, 5, 6, 7, 8, 9], target, grey3, down, right);

        CollectionAssert.AreEqual(expected, target);
    }

    [TestMethod]
    public void Shift_Rgb_KeepsAPixelsChannelsTogether()
    {
        var target = new byte[6];
        PixelCrop.Shift([1, 2, 3, 4, 5, 6], target, new(1, 2, 3), 0, 1);

        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 1, 2, 3 }, target);
    }

    [TestMethod]
    public void MirrorColumns_EveryWidth_PutsEachPixelInItsMirrorsPlace()
    {
        foreach (var channels in new[] { 1, 3 })
        {
            for (var width = 1; width < 40; width++)
            {
                var shape = new PixelShape(2, width, channels);
                var (image, mirrored) = (FormulaImage.Of(shape), FormulaImage.Of(shape));
                PixelCrop.MirrorColumns(mirrored, shape);

                byte[] expected = [.. image.Chunk(shape.RowBytes).SelectMany(row => row.Chunk(channels).Reverse().SelectMany(pixel => pixel))];
                CollectionAssert.AreEqual(expected, mirrored, $"{shape}");
            }
        }
    }

    [TestMethod]
    public void MirrorRows_OddHeight_KeepsTheMiddleRow()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        PixelCrop.MirrorRows(pixels, grey3);

        CollectionAssert.AreEqual(new byte[] { 7, 8, 9, 4, 5, 6, 1, 2, 3 }, pixels);
    }

    [TestMethod]
    public void Fill_Box_WritesThePixelInsideAlone()
    {
        byte[] pixels = new byte[12];
        PixelCrop.Fill(pixels, new(2, 2, 3), new(1, 0, 1, 2), [7, 8, 9]);

        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 7, 8, 9, 0, 0, 0, 7, 8, 9 }, pixels);
    }
}
