using System.Text.Json.Nodes;
using ResNet.Torch.Tests;

namespace ResNet.Cli.Tests.Verifying;

/// <summary>Reference files of a test's own, from the repository's: values of PyTorch, torchvision and Pillow.</summary>
static class References
{
    public static JsonObject Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root!.FullName, "tests", "ResNet.Torch.Tests", "Reference", name)))!.AsObject();

    /// <summary>Two of torchvision's networks.</summary>
    public static JsonObject Networks()
    {
        var root = Read("torchvision-seed0.json");
        var models = root["models"]!.AsObject();
        foreach (var name in models.Select(model => model.Key).Except(["resnet18", "resnet34"]).ToList())
            models.Remove(name);
        return root;
    }

    /// <summary>Images of the formula, without the largest.</summary>
    public static JsonObject Resized()
    {
        var root = Read("resize-pil.json");
        var cases = root["cases"]!.AsArray();
        foreach (var large in cases.Where(c => c!["width"]!.GetValue<int>() > 1000).ToList())
            cases.Remove(large);
        return root;
    }

    /// <summary>PyTorch's float32 steps, as a file of its own has them.</summary>
    public static JsonObject Steps() => new()
    {
        ["runs"] = new JsonArray([.. Read("training-trajectory.json")["runs"]!.AsArray().Select(run =>
        {
            var steps = run!["float32"]!.DeepClone().AsObject();
            (steps["optimizer"], steps["model"]) = (run["optimizer"]!.DeepClone(), run["model"]!.DeepClone());
            return (JsonNode)steps;
        })]),
    };

    /// <summary>Photographs that are images of the formula, which Pillow resized and cropped.</summary>
    public static JsonObject Photographs() => new()
    {
        ["photos"] = new JsonArray([.. Resized()["cases"]!.AsArray().Where(c => c!["resize"]!.GetValue<int>() == 256 && c["crop"]!.GetValue<int>() == 224).Select(c =>
        {
            var photo = c!.DeepClone().AsObject();
            photo["file"] = $"{c["width"]}x{c["height"]}.png";
            return (JsonNode)photo;
        })]),
    };
}
