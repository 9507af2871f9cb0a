namespace ResNet.Torch.Images;

/// <summary>The hue turned as in torchvision's adjust_hue on a Pillow image: through 8-bit hue, saturation and value.</summary>
/// <remarks>float32 and float64 alternate as in Pillow's conversions, whose values these are.</remarks>
internal static class PixelHue
{
    /// <summary>Turns the hue by −0.5 to 0.5 of the colour circle; grey images stay.</summary>
    public static void Turn(Span<byte> pixels, PixelShape shape, double turns)
    {
        if (shape.Channels == 1)
            return;
        var shift = (int)(turns * 255);
        for (var i = 0; i + 3 <= pixels.Length; i += 3)
        {
            var pixel = pixels.Slice(i, 3);
            int r = pixel[0], g = pixel[1], b = pixel[2];
            int value = Math.Max(r, Math.Max(g, b)), least = Math.Min(r, Math.Min(g, b));
            if (value == least)
                continue;
            var (hue, saturation) = HueAndSaturation(r, g, b, value, least);
            (pixel[0], pixel[1], pixel[2]) = Rgb((byte)(hue + shift), saturation, (byte)value);
        }
    }

    static (int Hue, int Saturation) HueAndSaturation(int r, int g, int b, int value, int least)
    {
        float range = value - least;
        var sixth = r == value ? (value - b) / range - (value - g) / range
            : g == value ? (float)(2.0 + (value - r) / range - (value - b) / range)
            : (float)(4.0 + (value - g) / range - (value - r) / range);
        var turn = sixth / 6.0 + 1.0;
        var hue = (float)(turn - Math.Floor(turn));
        return ((int)(hue * 255.0), (int)(range / value * 255.0));
    }

    static (byte R, byte G, byte B) Rgb(byte hue, int saturation, byte value)
    {
        if (saturation == 0)
            return (value, value, value);
        var sixths = hue * 6.0 / 255.0;
        var side = (int)sixths;
        var rest = (float)(sixths - side);
        var share = (float)(saturation / 255.0);
        var least = Rounded(value * (1.0 - share));
        var middle = Rounded(value * (1.0 - (side % 2 == 1 ? share * rest : share * (1.0 - rest))));
        return side switch
        {
            1 => (middle, value, least),
            2 => (least, value, middle),
            3 => (least, middle, value),
            4 => (middle, least, value),
            5 => (value, least, middle),
            _ => (value, middle, least), // 0, and 6 for a hue of 255
        };

        static byte Rounded(double x) => (byte)(x + 0.5);
    }
}
