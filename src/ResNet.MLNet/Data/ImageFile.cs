namespace ResNet.MLNet.Data;

/// <summary>A row of <c>LoadImageFolder</c> and <c>LoadImageList</c>.</summary>
internal class ImageFile
{
    public required string ImagePath { get; init; }

    public required string Label { get; init; }
}

/// <summary>A row of <c>LoadImageList</c> where a column of groups was asked for.</summary>
internal sealed class GroupedImageFile : ImageFile
{
    public required string Group { get; init; }
}
