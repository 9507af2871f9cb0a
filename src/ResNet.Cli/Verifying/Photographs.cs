using ResNet.Torch;

namespace ResNet.Cli.Verifying;

/// <summary>Image files, decoded, turned upright, resized to 256 and cropped to 224 as torchvision's first weights want it.</summary>
internal static class Photographs
{
    // Decoders of JPEG differ a little where colours change.
    const double Share = 0.99;

    public static IEnumerable<VerifiedEntry> Verify(ReferenceValue root, VerifyInputs inputs, CancellationToken cancellation)
    {
        var folder = inputs.RequireFiles("photographs");
        foreach (var photo in root["photos"].Items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Verify(photo, photo["file"].Text, folder);
        }
    }

    static VerifiedEntry Verify(ReferenceValue photo, string name, string folder)
    {
        var preset = ImagePresets.TorchvisionV1;
        try
        {
            return new(name, PixelGrid.Compare(photo, preset.ReadFile(Path.Combine(folder, name)), preset.Height, Share, tolerance: 3, meanTolerance: 0.5));
        }
        catch (ImageDecodingException e)
        {
            return VerifiedEntry.Failed(name, e.Reason);
        }
    }
}
