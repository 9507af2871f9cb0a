using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using ResNet.Torch.Tests;

namespace ResNet.MLNet.Tests.Packaging;

/// <summary>What <c>dotnet pack</c> makes, and a program elsewhere that has nothing but that.</summary>
[TestClass]
public sealed class PackageTests
{
    const string Version = "0.0.1-test";

    static TemporaryFolder folder = null!;

    public required TestContext TestContext { get; init; }

    static string Packages => Path.Combine(folder.Path, "artifacts", "package", "release");

    static string Projects => Path.Combine(Repository.Root!.FullName, "src");

    static bool IsLong => Environment.GetEnvironmentVariable("RESNET_LONG_TESTS") is "1";

    [ClassInitialize]
    public static void Pack(TestContext _)
    {
        folder = new();
        if (!IsLong)
            return;
        PackProject("ResNet.Torch");
        PackProject("ResNet.MLNet");
        // Packages that are here already are taken from where they are; those of this test go to its own folder.
        var cache = Dotnet.Run(folder.Path, "nuget", "locals", "global-packages", "--list").Split(": ", 2)[1].Trim();
        File.WriteAllText(folder.File("nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="restored" /></config>
              <packageSources><add key="packed" value="{Packages}" /></packageSources>
              <fallbackPackageFolders><add key="cache" value="{cache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    [ClassCleanup]
    public static void CleanUp() => folder.Dispose();

    bool IsLeftOut()
    {
        if (!IsLong)
            TestContext.WriteLine("Left out: RESNET_LONG_TESTS is not 1.");
        return !IsLong;
    }

    /// <summary>Built in a folder of its own: these tests run from files that are links to those of the usual one.</summary>
    static void PackProject(string name, params string[] arguments) =>
        Dotnet.Run(folder.Path, ["pack", Path.Combine(Projects, name), "-c", "Release", "--artifacts-path", Path.Combine(folder.Path, "artifacts"), $"-p:Version={Version}", .. arguments]);

    static ZipArchive Open(string name, string extension = "nupkg") => ZipFile.OpenRead(Path.Combine(Packages, $"{name}.{Version}.{extension}"));

    [TestMethod]
    [TestCategory("Long")]
    [DataRow("ResNet.Torch", "TorchSharp")]
    [DataRow("ResNet.MLNet", "ResNet.Torch")]
    public void Pack_Library_HasAllThatAPackageNeeds(string name, string dependency)
    {
        if (IsLeftOut())
            return;

        using var package = Open(name);

        var files = package.Entries.Select(entry => entry.FullName).ToList();
        CollectionAssert.IsSubsetOf(new[] { "README.md", "icon.png", "LICENSE", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }, files);
        Assert.IsLessThan(2_000_000, package.Entries.Sum(entry => entry.Length)); // no native library came along
        var nuspec = XDocument.Load(new MemoryStream(Content(package, $"{name}.nuspec")));
        string? Told(string element) => nuspec.Descendants().FirstOrDefault(one => one.Name.LocalName == element)?.Value;
        Assert.AreEqual((name, Version, "MIT", "README.md", "icon.png"), (Told("id"), Told("version"), Told("license"), Told("readme"), Told("icon")));
        Assert.IsGreaterThan(40, Told("description")!.Length);
        Assert.Contains("image-classification", Told("tags")!);
        Assert.IsTrue(nuspec.Descendants().Any(one => one.Name.LocalName == "dependency" && one.Attribute("id")!.Value == dependency));
        Assert.IsFalse(nuspec.Descendants().Any(one => one.Attribute("id")?.Value.StartsWith("libtorch", StringComparison.Ordinal) == true)); // the program picks it
        CollectionAssert.AreEqual(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, Content(package, "icon.png")[..4]);
    }

    [TestMethod]
    [TestCategory("Long")]
    [DataRow("ResNet.Torch")]
    [DataRow("ResNet.MLNet")]
    public void Pack_Symbols_AreThoseOfTheLibrary(string name)
    {
        if (IsLeftOut())
            return;
        using var package = Open(name);
        using var symbols = Open(name, "snupkg");

        using var library = new PEReader([.. Content(package, $"lib/net10.0/{name}.dll")]);
        using var pdb = MetadataReaderProvider.FromPortablePdbImage([.. Content(symbols, $"lib/net10.0/{name}.pdb")]);

        var codeView = library.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.AreEqual(library.ReadCodeViewDebugDirectoryData(codeView).Guid, new BlobContentId(pdb.GetMetadataReader().DebugMetadataHeader!.Id).Guid);
        Assert.IsTrue(library.ReadDebugDirectory().Any(entry => entry.Type == DebugDirectoryEntryType.Reproducible));
    }

    [TestMethod]
    [TestCategory("Long")]
    public void Install_Tool_RunsItsCommand()
    {
        if (IsLeftOut())
            return;
        if (!Directory.Exists(Path.Combine(Projects, "ResNet.Cli")))
        {
            TestContext.WriteLine("Left out: there is no src/ResNet.Cli.");
            return;
        }
        PackProject("ResNet.Cli", $"-p:RuntimeIdentifiers={Rid}");
        var tools = Path.Combine(folder.Path, "tools");

        Dotnet.Run(folder.Path, "tool", "install", "ResNet.Cli", "--tool-path", tools, "--add-source", Packages, "--version", Version);

        string Resnet(params string[] arguments) => Dotnet.Run(folder.Path, new ProcessStartInfo(Path.Combine(tools, "resnet"), arguments));
        Assert.Contains("resnet50 at 224×224: 25,557,032 parameters", Resnet("summary", "resnet50")); // libtorch is there
        using var images = TestImages.Files(perClass: 2);
        Resnet("find-lr", images.Path, "--model", "resnet20", "--steps", "10", "--set", "BatchSize=2", "--out", folder.File("curve.png")); // and what draws charts
        Assert.IsGreaterThan(0, new FileInfo(folder.File("curve.png")).Length);
    }

    [TestMethod]
    [TestCategory("Long")]
    public void Reference_InAnEmptyProject_TrainsAndScores()
    {
        if (IsLeftOut())
            return;
        var libtorch = XDocument.Load(Path.Combine(Repository.Root!.FullName, "Directory.Packages.props")).Descendants("LibTorchVersion").Single().Value;
        File.WriteAllText(folder.File("app", "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ResNet.MLNet" Version="{Version}" />
                <PackageReference Include="libtorch-cpu-{Rid}" Version="{libtorch}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(folder.File("app", "Program.cs"), Program);

        var build = Dotnet.Run(folder.Path, "build", "app");
        var output = Dotnet.Run(folder.Path, "run", "--project", "app", "--no-build", "--", folder.File("images", "."));

        Assert.DoesNotContain("warning", build);
        Assert.AreEqual("2 classes, 8 images, 8 right", output.Trim());
    }

    const string Program = """
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using ResNet.MLNet;
        using ResNet.Torch;

        for (var i = 0; i < 8; i++)
        {
            using var image = MLImage.CreateFromPixels(16, 16, MLPixelFormat.Bgra32, Enumerable.Range(0, 16 * 16 * 4).Select(at => (byte)(at % 4 == i % 2 || at % 4 == 3 ? 255 - i : i)).ToArray());
            image.Save(Path.Combine(Directory.CreateDirectory(Path.Combine(args[0], i % 2 == 0 ? "blue" : "green")).FullName, $"{i}.png"));
        }
        var mlContext = new MLContext(seed: 1);
        var images = mlContext.Data.LoadImageFolder(args[0]);
        using var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
            .Append(mlContext.Transforms.ResNetClassifier(new ResNetClassifierOptions { Variant = ResNetVariant.ResNet20, Training = new() { Epochs = 30, BatchSize = 8, Optimizer = new() { ReferenceBatchSize = null } } }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(images);
        var predicted = model.Transform(images).GetColumn<string>("PredictedLabel").ToList();
        var labels = images.GetColumn<string>("Label").ToList();
        Console.WriteLine($"{labels.Distinct().Count()} classes, {labels.Count} images, {labels.Zip(predicted).Count(pair => pair.First == pair.Second)} right");
        """;

    static string Rid => OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    static byte[] Content(ZipArchive package, string name)
    {
        using var entry = package.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }
}
