using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class PixelColorTests
{
    [TestMethod]
    public void Enhancements_FactorsOverTheRange_GivePillowsPixels()
    {
        var wrong = new List<string>();
        foreach (var @case in ReferenceFile.Read("colorjitter-pil.json").GetProperty("cases").EnumerateArray())
        {
            var shape = FormulaImage.Shape(@case);
            var operation = FormulaImage.Text(@case, "operation");
            foreach (var (factor, digest) in @case.GetProperty("factors").EnumerateArray().Zip(@case.GetProperty("digests").EnumerateArray()))
            {
                var pixels = @case.GetProperty("cube").GetBoolean() ? FormulaImage.ColourCube() : FormulaImage.Of(shape);
                Enhance(operation, pixels, shape, factor.GetDouble());
                if (FormulaImage.Digest(pixels) != digest.GetString())
                    wrong.Add($"{operation} {factor} of {shape}");
            }
        }
        Assert.IsEmpty(wrong, string.Join("\n", wrong));
    }

    static void Enhance(string operation, byte[] pixels, PixelShape shape, double factor)
    {
        switch (operation)
        {
            case "Brightness":
                PixelColor.Brightness(pixels, factor);
                break;
            case "Contrast":
                PixelColor.Contrast(pixels, shape, factor);
                break;
            case "Saturation":
                PixelColor.Saturation(pixels, shape, factor);
                break;
            case "Hue":
                PixelHue.Turn(pixels, shape, factor);
                break;
            default:
                Assert.Fail($"No such enhancement: {operation}.");
                break;
        }
    }

    [TestMethod]
    public void Equalize_AndAutoContrast_OfOneValue_LeaveTheImage()
    {
        byte[] pixels = [.. Enumerable.Repeat((byte)7, 300)];
        PixelTone.Equalize(pixels, 1);
        PixelTone.AutoContrast(pixels, 3);

        CollectionAssert.AreEqual(Enumerable.Repeat((byte)7, 300).ToArray(), pixels);
    }
}
