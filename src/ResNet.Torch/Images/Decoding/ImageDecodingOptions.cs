using System.Drawing;
using ResNet.Torch.Wording;

namespace ResNet.Torch;

/// <summary>How image files become pixels: JPEG, PNG, BMP, GIF and WebP, told apart by their content.</summary>
/// <remarks>Of a file with several images the first counts. Colour profiles are not applied, as Pillow and torchvision do not.</remarks>
public sealed record ImageDecodingOptions
{
    /// <summary>
    /// Whether an image is turned and mirrored as its EXIF orientation says, so that it stands as people see it. Default true; torchvision's
    /// own loaders do not, so false gives what they give.
    /// </summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>
    /// The colour behind what is transparent; its own alpha plays no part. Default null: transparency is left out, and the colour counts that
    /// the file has there, as with Pillow's <c>convert("RGB")</c>, by which networks are trained.
    /// </summary>
    public Color? Background { get; init; }

    /// <summary>
    /// Whether a JPEG of at least eight times the size that it is resized to is decoded at an eighth to a half of its size; never below four
    /// times the size it is resized to. Default true: 12 megapixels for a network of 224×224 take less than half of the time, and 99.8 % of
    /// the samples stay within 3 of 255 of what the whole file gives. False: every sample as Pillow's.
    /// </summary>
    public bool ReducesLargeJpegs { get; init; } = true;

    /// <summary>
    /// Most pixels that an image may have, from 1 to 536,870,897. Default 178,956,970 (where Pillow refuses). It is checked against the file's
    /// header, before memory is taken; decoding takes some 7 to 16 bytes a pixel.
    /// </summary>
    public int MaxPixels { get; init; } = 178_956_970;

    /// <summary>What becomes of an image whose file ends too early or is damaged from some place on. Default <see cref="TruncatedImagePolicy.Throw"/>.</summary>
    public TruncatedImagePolicy OnTruncated { get; init; }

    /// <summary>Tells all faults at once.</summary>
    internal void RequireValid() => OptionFaults.RequireNone(nameof(ImageDecodingOptions), Faults());

    /// <summary>Every option that is out of range, in words.</summary>
    public IEnumerable<string> Faults()
    {
        // An array holds the decoded pixels, four bytes each.
        if (MaxPixels < 1 || MaxPixels > Array.MaxLength / 4)
            yield return $"{nameof(MaxPixels)} must be from 1 to {Array.MaxLength / 4} (was {MaxPixels})";
        if (!Enum.IsDefined(OnTruncated))
            yield return $"{nameof(OnTruncated)} must be {string.Join(" or ", Enum.GetNames<TruncatedImagePolicy>())} (was {OnTruncated})";
    }
}

/// <summary>What becomes of an image that is not there to its end.</summary>
public enum TruncatedImagePolicy
{
    /// <summary>It is an error.</summary>
    Throw,

    /// <summary>What could be decoded counts; the rest is black, or grey in a JPEG. A file that is cut off in its header stays an error.</summary>
    Keep,
}
