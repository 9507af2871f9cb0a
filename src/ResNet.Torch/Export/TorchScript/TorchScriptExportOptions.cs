using ResNet.Torch.Export.TorchScript;

namespace ResNet.Torch;

/// <summary>What a TorchScript archive is to take, to give and to say of itself.</summary>
public sealed record TorchScriptExportOptions : ExportOptions
{
    /// <summary>Further text by its file's name, which <c>torch.jit.load</c> gives out by <c>_extra_files</c>. Default none.</summary>
    public IReadOnlyDictionary<string, string> ExtraFiles { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults())
            yield return fault;
        foreach (var name in ExtraFiles.Keys.Where(name => name.Length == 0 || name.Contains('\\') || name.Split('/').Any(part => part is "" or "." or "..")))
            yield return $"{nameof(ExtraFiles)} must have relative paths with forward slashes (has '{name}')";
        foreach (var name in ExtraFiles.Keys.Where(ExtraFile.IsReserved))
            yield return $"{nameof(ExtraFiles)} cannot have '{name}', which is written from the network, its preset and its class names";
    }
}
