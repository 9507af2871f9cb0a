namespace ResNet.Torch;

/// <summary>Told at the start of a download and after every block that arrives.</summary>
/// <param name="Bytes">Bytes of the file that are there, those of an earlier, interrupted download among them.</param>
/// <param name="TotalBytes">Bytes of the whole file; null when the server does not say.</param>
public readonly record struct DownloadProgress(long Bytes, long? TotalBytes);
