using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Export.TorchScript;

/// <summary>Archives in PyTorch's <c>torch.jit.load</c>, where Python has PyTorch (written against 1.13).</summary>
[TestClass]
[TestCategory("PyTorch")]
public sealed class PyTorchLoadTests : IDisposable
{
    const string Common = """
        import sys, json, torch
        torch.set_num_threads(1)
        folder = sys.argv[1]
        images = torch.frombuffer(bytearray(open(folder + '/images.bin', 'rb').read()), dtype=torch.float32).view(2, 3, 45, 37)

        """;

    readonly TemporaryFolder folder = new();

    public TestContext TestContext { get; set; } = null!;

    public void Dispose() => folder.Dispose();

    /// <summary>Exports networks and the images that all of them see; gives each one's own logits.</summary>
    Dictionary<string, float[]> Export(params string[] names)
    {
        using var scope = NewDisposeScope();
        var images = Networks.Images();
        File.WriteAllBytes(folder.File("images.bin"), MemoryMarshal.AsBytes<float>(images.data<float>().ToArray()));
        return names.ToDictionary(name => name, name =>
        {
            using var network = Networks.Build(name);
            network.ExportTorchScript(folder.File($"{name}.pt"), Networks.Preset());
            return Networks.Logits(network, images);
        });
    }

    bool HasPyTorch()
    {
        if (PyTorch.Python is null)
            TestContext.WriteLine("Left out: there is no python3 with torch and torchvision.");
        return PyTorch.Python is not null;
    }

    [TestMethod]
    public void Load_VariantsOfEveryKind_GiveTheNetworksLogits()
    {
        if (!HasPyTorch())
            return;
        var expected = Export(
            "resnet18", "resnext50_32x4d", "resnet50_v1", "resnet20", "resnet32_b", "plain20", "preact_resnet18", "preact_resnet50",
            "textbook_resnet18", "textbook_resnet18_unpadded", "resnet50d", "seresnet18", "resnet18d_dilated", "preact_option_a");

        // The third call runs the program that PyTorch has fitted to the first two; a batch of one then has another shape.
        var answers = PyTorch.Run(Common + """
            answers = {}
            for name in sys.argv[2:]:
                module = torch.jit.load(f'{folder}/{name}.pt')
                logits = [module(images) for call in range(3)][-1]
                one = module(images[:1])
                frozen = torch.jit.freeze(module)
                answers[name] = {'logits': logits.flatten().tolist(), 'frozen': frozen(images).flatten().tolist(), 'one': one.flatten().tolist(), 'training': module.training}
            print(json.dumps(answers))
            """, [folder.Path, .. expected.Keys]);

        foreach (var (name, logits) in expected)
        {
            var answer = answers.GetProperty(name);
            Networks.AssertAgree(logits, answer.Floats("logits"));
            Networks.AssertAgree(logits, answer.Floats("frozen"));
            Networks.AssertAgree(logits[..10], answer.Floats("one"));
            Assert.IsFalse(answer.GetProperty("training").GetBoolean());
        }
    }

    [TestMethod]
    public void Load_PreprocessingInside_ScoresPixelsAsTheClassifier()
    {
        if (!HasPyTorch())
            return;
        Export();
        using var classifier = new ImageClassifier(Networks.Build("resnet20"), Networks.Preset(), [.. "abcdefghij".Select(letter => $"{letter}")]);
        var pixels = new byte[2 * classifier.Preset.ImageBytes];
        new Random(5).NextBytes(pixels);
        File.WriteAllBytes(folder.File("pixels.bin"), pixels);
        classifier.ExportTorchScript(folder.File("planes.pt"), new() { Input = ExportInput.Pixels, Output = ExportOutput.Probabilities });
        classifier.ExportTorchScript(folder.File("interleaved.pt"), new() { Input = ExportInput.InterleavedBytes, Output = ExportOutput.Probabilities, FeatureStage = 3, PoolFeatures = true });

        var answer = PyTorch.Run(Common + """
            pixels = torch.frombuffer(bytearray(open(folder + '/pixels.bin', 'rb').read()), dtype=torch.uint8).view(2, 45, 37, 3)
            planes = torch.jit.load(folder + '/planes.pt')
            scores, features = torch.jit.load(folder + '/interleaved.pt')(pixels)
            print(json.dumps({
                'planes': planes(pixels.permute(0, 3, 1, 2)).flatten().tolist(),
                'floats': planes(pixels.permute(0, 3, 1, 2).contiguous().float()).flatten().tolist(),
                'interleaved': scores.flatten().tolist(),
                'features': list(features.shape),
            }))
            """, folder.Path);

        var expected = classifier.Score(pixels);
        Networks.AssertAgree(expected, answer.Floats("planes"));
        Networks.AssertAgree(expected, answer.Floats("floats"));
        Networks.AssertAgree(expected, answer.Floats("interleaved"));
        Assert.AreEqual("[2, 64]", answer.GetProperty("features").GetRawText());
    }

    [TestMethod]
    public void Load_TorchvisionsRows_GiveStateDictionariesThatTorchvisionsNetworksTake()
    {
        if (!HasPyTorch())
            return;
        var expected = Export("resnet18", "resnet50");

        var answers = PyTorch.Run(Common + """
            import torchvision
            answers = {}
            for name in sys.argv[2:]:
                state = torch.jit.load(f'{folder}/{name}.pt').state_dict()
                network = getattr(torchvision.models, name)(num_classes=10).eval()
                keys = list(network.state_dict())
                network.load_state_dict(state, strict=True)
                with torch.no_grad():
                    logits = network(images)
                answers[name] = {'logits': logits.flatten().tolist(), 'same_keys': list(state) == keys}
            print(json.dumps(answers))
            """, [folder.Path, .. expected.Keys]);

        foreach (var (name, logits) in expected)
        {
            Networks.AssertAgree(logits, answers.GetProperty(name).Floats("logits"));
            Assert.IsTrue(answers.GetProperty(name).GetProperty("same_keys").GetBoolean(), name);
        }
    }

    [TestMethod]
    public void Load_ExtraFiles_ComeBack_FromASoundArchiveWithAlignedEntries()
    {
        if (!HasPyTorch())
            return;
        Export("resnet20");
        using var classifier = new ImageClassifier(Networks.Build("resnet20"), ImagePreset.ImageNet(24, 20), [.. "abcdefghi".Select(letter => $"{letter}"), "猫"]);
        classifier.ExportTorchScript(folder.File("classifier.pt"), new() { ExtraFiles = new Dictionary<string, string> { ["note.txt"] = "né" } });

        var answer = PyTorch.Run(Common + """
            import zipfile
            extra = {'network.json': '', 'preset.json': '', 'class_names.json': '', 'note.txt': ''}
            torch.jit.load(folder + '/classifier.pt', _extra_files=extra)
            archive = zipfile.ZipFile(folder + '/classifier.pt')
            content = open(folder + '/classifier.pt', 'rb').read()
            def begin(entry):
                lengths = content[entry.header_offset + 26:entry.header_offset + 30]
                return entry.header_offset + 30 + int.from_bytes(lengths[:2], 'little') + int.from_bytes(lengths[2:], 'little')
            print(json.dumps({
                'variant': json.loads(extra['network.json'])['variant'],
                'width': json.loads(extra['preset.json'])['Width'],
                'last': json.loads(extra['class_names.json'])[-1],
                'note': extra['note.txt'].decode(),
                'damaged': archive.testzip(),
                'unaligned': [e.filename for e in archive.infolist() if begin(e) % 64 or e.compress_type],
            }))
            """, folder.Path);

        Assert.AreEqual("resnet20", answer.GetProperty("variant").GetString());
        Assert.AreEqual(20, answer.GetProperty("width").GetInt32());
        Assert.AreEqual("猫", answer.GetProperty("last").GetString());
        Assert.AreEqual("né", answer.GetProperty("note").GetString());
        Assert.IsNull(answer.GetProperty("damaged").GetString());
        Assert.AreEqual(0, answer.GetProperty("unaligned").GetArrayLength(), $"{answer.GetProperty("unaligned")}");
    }
}
