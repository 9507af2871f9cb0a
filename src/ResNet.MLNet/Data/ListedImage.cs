namespace ResNet.MLNet.Data;

/// <summary>An entry of a list, as it is written there.</summary>
/// <param name="Line">The line that it begins on, from 1.</param>
/// <param name="Path">The image, relative or absolute; null where nothing is written.</param>
/// <param name="Label">The label; null where nothing is written.</param>
/// <param name="Group">The group; null where nothing is written, or none was asked for.</param>
internal readonly record struct ListedImage(long Line, string? Path, string? Label, string? Group);
