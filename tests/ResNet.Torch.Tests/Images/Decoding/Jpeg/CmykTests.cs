using ResNet.Torch.Images.Jpeg;

namespace ResNet.Torch.Tests.Images.Jpeg;

[TestClass]
public class CmykTests
{
    [TestMethod]
    public void PutBlack_EverySample_IsTheRoundedPartThatIsLeft()
    {
        byte[] black = [.. Enumerable.Range(0, 259).Select(k => (byte)k)]; // not a multiple of the pixels that are made at once
        var pixels = new uint[black.Length];
        for (var sample = 0; sample < 256; sample++)
        {
            var (red, green, blue) = (sample, 255 - sample, sample ^ 85);
            Array.Fill(pixels, (uint)(red | green << 8 | blue << 16) | 255u << 24);

            Cmyk.PutBlack(pixels, black);

            for (var k = 0; k < black.Length; k++)
                Assert.AreEqual(Left(red, black[k]) | Left(green, black[k]) << 8 | Left(blue, black[k]) << 16 | 255u << 24, pixels[k], $"{sample}, {k}");
        }
    }

    static uint Left(int sample, int black) => (uint)Math.Round(sample * black / 255.0);
}
