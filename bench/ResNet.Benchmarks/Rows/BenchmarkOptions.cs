using ResNet.Benchmarks.Report;
using ResNet.Benchmarks.Sides;

namespace ResNet.Benchmarks.Rows;

/// <summary>What the command line asks for.</summary>
/// <param name="Networks">Networks at 224 pixels.</param>
/// <param name="Rounds">Other rounds than the rows' own.</param>
/// <param name="Images">Other images in a round than the rows' own.</param>
/// <param name="Photos">Folder of JPEG files; drawn ones when null.</param>
/// <param name="FashionMnist">Folder of Fashion-MNIST's files.</param>
/// <param name="Output">Where the results go.</param>
/// <param name="Command">The command line itself, for the report.</param>
sealed record BenchmarkOptions(IReadOnlyList<string> Networks, int? Rounds, int? Images, string? Photos, string FashionMnist, ResultFiles Output, string Command)
{
    const int DrawnPhotographs = 1000, DrawnSmallPictures = 300;

    /// <summary>Photographs of the size that cameras' pictures are shared in.</summary>
    public string PhotosOrDrawn() => Photos ?? DrawnPictures.Folder(DrawnPhotographs, 500, 375);

    /// <summary>Those in words, for the report.</summary>
    public string PhotosDescribed => Photographs.Described(PhotosOrDrawn());

    /// <summary>Settings of a side at 224 pixels.</summary>
    public SideSettings SettingsOf(SideKind side, string network) => new(side.Name, network, 224, PhotosOrDrawn(), FashionMnist);

    /// <summary>Settings of a side with a smaller network, whose pictures are small too.</summary>
    public SideSettings SettingsOf(SideKind side, string network, int size) => new(side.Name, network, size, DrawnPictures.Folder(DrawnSmallPictures, size * 3 / 2, size * 9 / 8), FashionMnist);
}
