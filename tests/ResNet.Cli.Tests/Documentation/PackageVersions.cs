using System.Xml.Linq;

namespace ResNet.Cli.Tests.Documentation;

/// <summary>The versions that the repository builds with, and its own.</summary>
static class PackageVersions
{
    static readonly XDocument packages = XDocument.Load(Page.FullPath("Directory.Packages.props"));
    static readonly string own = XDocument.Load(Page.FullPath("Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>The version of a package; null where nothing here has it.</summary>
    public static string? Of(string package) => Directory.Exists(Page.FullPath($"src/{package}"))
        ? own
        : packages.Descendants("PackageVersion").SingleOrDefault(one => one.Attribute("Include")!.Value == package)?.Attribute("Version")!.Value
            .Replace("$(LibTorchVersion)", packages.Descendants("LibTorchVersion").Single().Value, StringComparison.Ordinal);

    /// <summary>What is wrong with a reference as a page has it; null where nothing is.</summary>
    public static string? Fault(string package, string? version) => Of(package) switch
    {
        null => $"there is no package {package} in Directory.Packages.props, and no such project",
        var one when version is not null && version != one => $"{package} is {one}, not {version}",
        _ => null,
    };

    /// <summary>What is wrong with the references of a project's XML.</summary>
    public static IEnumerable<string> Faults(string xml) => XElement.Parse($"<Page>{xml}</Page>").Descendants("PackageReference")
        .Select(reference => Fault(reference.Attribute("Include")!.Value, reference.Attribute("Version")?.Value)).OfType<string>();
}
