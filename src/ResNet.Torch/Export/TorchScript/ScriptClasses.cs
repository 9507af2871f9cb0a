using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ResNet.Torch.Export.TorchScript;

/// <summary>A module of an archive: its class, and its attributes in order — tensors, modules, null or false.</summary>
internal sealed record ScriptObject(string Class, IReadOnlyList<(string Name, object? Value)> Attributes);

/// <summary>
/// The classes of an archive in TorchScript's language, one for all modules that are built alike: they have attributes of
/// the same types, and the same program.
/// </summary>
internal sealed class ScriptClasses
{
    /// <summary>Where classes stand in the archive, and how the program names that place.</summary>
    public const string File = "__torch__/resnet.py", Module = "__torch__.resnet";

    readonly Dictionary<string, string> names = []; // by all that a class has, without its name
    readonly List<string> texts = [];

    /// <summary>The text of all classes; the last that was asked for, which is the whole, stands first.</summary>
    public string Text => string.Join('\n', Enumerable.Reverse(texts));

    /// <summary>Makes a module an object of the class that has its parameters, its buffers, the children and the program.</summary>
    /// <param name="kind">What the class is called; further classes of a kind are numbered.</param>
    /// <param name="module">The module whose own tensors are taken.</param>
    /// <param name="children">The modules inside it.</param>
    /// <param name="signature">What <c>forward</c> takes and gives.</param>
    /// <param name="program">The lines of <c>forward</c>.</param>
    public ScriptObject Instance(string kind, Module module, IReadOnlyList<(string Name, ScriptObject Module)> children, string signature, params IEnumerable<string> program)
    {
        var parameters = module.named_parameters(recurse: false).Select(p => (p.name, Value: (object?)p.parameter)).ToList();
        if (module is Conv2d { bias: null })
            parameters.Add(("bias", null));
        var buffers = module.named_buffers(recurse: false).Select(b => (b.name, Value: (object?)b.buffer)).ToList();
        var attributes = parameters.Concat(buffers).ToList();

        var body = string.Join('\n',
        [
            $"  __parameters__ = [{Quoted(parameters)}]",
            $"  __buffers__ = [{Quoted(buffers)}]",
            .. attributes.Select(attribute => $"  {attribute.name} : {(module is Conv2d && attribute.name == "bias" ? "Optional[Tensor]" : nameof(Tensor))}"),
            "  training : bool",
            .. children.Select(child => $"  {Declared(child.Name)} {Module}.{child.Module.Class}"),
            $"  def forward{signature}:",
            .. program.Select(line => $"    {line}"),
            "",
        ]);
        return new(ClassOf(kind, body), [.. attributes, ("training", false), .. children.Select(child => (child.Name, (object?)child.Module))]);
    }

    string ClassOf(string kind, string body)
    {
        if (names.TryGetValue($"{kind}\n{body}", out var known))
            return known;
        var others = names.Keys.Count(key => key.StartsWith($"{kind}\n", StringComparison.Ordinal));
        var name = others == 0 ? kind : string.Create(CultureInfo.InvariantCulture, $"{kind}_{others + 1}");
        names.Add($"{kind}\n{body}", name);
        texts.Add($"class {name}(Module):\n{body}");
        return name;
    }

    /// <summary>A Sequential's children are named by numbers, which are no identifiers.</summary>
    static string Declared(string name) => char.IsAsciiDigit(name[0]) ? $"__annotations__[\"{name}\"] =" : $"{name} :";

    static string Quoted(IEnumerable<(string Name, object? Value)> attributes) => string.Concat(attributes.Select(attribute => $"\"{attribute.Name}\", "));
}
