namespace ResNet.Benchmarks.Sides;

/// <summary>What a side's process is told when it starts.</summary>
/// <param name="Side">Its kind (<see cref="SideKind.Name"/>).</param>
/// <param name="Network">A row of the table of networks.</param>
/// <param name="Size">Side of the images in pixels.</param>
/// <param name="Photos">Folder of JPEG files.</param>
/// <param name="FashionMnist">Folder of Fashion-MNIST's files.</param>
sealed record SideSettings(string Side, string Network, int Size, string Photos, string FashionMnist);
