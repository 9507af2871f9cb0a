using System.Text.Json;

namespace ResNet.Cli.Verifying;

/// <summary>A value in a reference file with its place, which faults name.</summary>
internal readonly record struct ReferenceValue(JsonElement Element, string Place)
{
    /// <summary>A member that must be there.</summary>
    public ReferenceValue this[string name] => Find(name) ?? throw Fault($"an object with \"{name}\"");

    /// <summary>A member; null where there is none.</summary>
    public ReferenceValue? Find(string name) => Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var member)
        ? new(member, Place.Length == 0 ? name : $"{Place}.{name}")
        : null;

    public IEnumerable<(string Name, ReferenceValue Value)> Members
    {
        get
        {
            if (Element.ValueKind != JsonValueKind.Object)
                throw Fault("an object");
            foreach (var member in Element.EnumerateObject())
                yield return (member.Name, this[member.Name]);
        }
    }

    public IReadOnlyList<ReferenceValue> Items
    {
        get
        {
            if (Element.ValueKind != JsonValueKind.Array || Element.GetArrayLength() == 0)
                throw Fault("an array that is not empty");
            var place = Place;
            return [.. Element.EnumerateArray().Select((item, i) => new ReferenceValue(item, $"{place}[{i}]"))];
        }
    }

    public string Text => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Fault("a text");

    public double Number => Element.ValueKind == JsonValueKind.Number ? Element.GetDouble() : throw Fault("a number");

    public IReadOnlyList<double> Numbers => [.. Items.Select(item => item.Number)];

    /// <summary>A whole number of a range.</summary>
    public int Integer(int least, int most = int.MaxValue) => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var value) && value >= least && value <= most
        ? value
        : throw Fault(most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}");

    /// <summary>Numbers of which there must be so many.</summary>
    public IReadOnlyList<double> NumbersOf(int count) => Numbers is var numbers && numbers.Count == count ? numbers : throw Fault($"{count} numbers");

    /// <summary>An error that says what was expected here, and what came.</summary>
    public UsageException Fault(string expected)
    {
        var text = Element.GetRawText();
        return new($"{(Place.Length == 0 ? "its top" : Place)}: expected {expected} (received {(text.Length > 60 ? $"{text[..60]}…" : text)})");
    }
}
