using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ResNet.Torch;

namespace ResNet.Cli.Training;

/// <summary>Training options as text: the values of <c>--set</c>, and the configuration that a run folder keeps.</summary>
static class OptionText
{
    /// <summary>A classifier in memory cannot be written down; where a checkpoint is says what seed it has.</summary>
    static readonly string[] leftOut = [nameof(FineTuningOptions.From), nameof(CheckpointOptions.SavedSeed)];

    /// <summary>How options, presets and what else a configuration holds are written.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                type =>
                {
                    foreach (var property in type.Properties.Where(property => leftOut.Contains(property.Name)).ToList())
                        type.Properties.Remove(property);
                },
            },
        },
    };

    static readonly JsonSerializerOptions line = new(Json) { WriteIndented = false };

    /// <summary>Sets one option.</summary>
    /// <param name="options">The options before; they stay as they are.</param>
    /// <param name="assignment">A dotted name and a value, as <c>Optimizer.LearningRate=0.05</c>; names are in any case, values as in JSON, names of values without quotes.</param>
    /// <exception cref="UsageException">There is no such option, or it cannot have that value; the message names those that there are.</exception>
    public static TrainingOptions Set(TrainingOptions options, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new UsageException($"--set takes NAME=VALUE, as Optimizer.LearningRate=0.05 (received '{assignment}').");
        var (names, text) = (assignment[..equals].Trim().Split('.'), assignment[(equals + 1)..].Trim());
        var root = JsonSerializer.SerializeToNode(options, Json)!.AsObject();
        var (node, type) = (root, typeof(TrainingOptions));
        foreach (var (index, name) in names.Index())
        {
            var property = PropertiesOf(type).FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(type, names[..index], name);
            type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (index == names.Length - 1)
                node[property.Name] = Value(text, type);
            else if (IsGroup(type))
                node = (node[property.Name] ??= new JsonObject()).AsObject(); // a group that was not there begins with its defaults
            else
                throw new UsageException($"{string.Join('.', names[..(index + 1)])} is a single option: it has no '{names[index + 1]}'.");
        }
        try
        {
            return root.Deserialize<TrainingOptions>(Json)!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UsageException($"{string.Join('.', names)} cannot be '{text}': {Expected(type)} is expected.", e);
        }
    }

    /// <summary>What an option is, as text.</summary>
    /// <param name="options">The options.</param>
    /// <param name="name">A dotted name, in any case, of an option that there is.</param>
    public static string Get(TrainingOptions options, string name) => name.Split('.').Aggregate(
        JsonSerializer.SerializeToNode(options, Json), (node, part) => node?.AsObject().First(member => member.Key.Equals(part.Trim(), StringComparison.OrdinalIgnoreCase)).Value)?.ToJsonString(line) ?? "null";

    /// <summary>A preset, or what else a configuration holds, in one line: what is equal is written alike.</summary>
    public static string Line<T>(T value) => JsonSerializer.Serialize(value, line);

    static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && !leftOut.Contains(property.Name));

    static bool IsGroup(Type type) => type.IsClass && type != typeof(string) && type.Assembly == typeof(TrainingOptions).Assembly;

    static UsageException Unknown(Type type, string[] group, string name) => new(
        $"There is no option '{name}' in {(group.Length == 0 ? nameof(TrainingOptions) : string.Join('.', group))}. There are: {string.Join(", ", PropertiesOf(type).Select(property => IsGroup(property.PropertyType) ? $"{property.Name}.…" : property.Name))}.");

    static JsonNode? Value(string text, Type type)
    {
        if (type == typeof(string) || type.IsEnum)
            return text is "null" ? null : JsonValue.Create(text.Trim('"'));
        try
        {
            return JsonNode.Parse(text is "True" or "False" ? text.ToLowerInvariant() : text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text); // refused where the options are read
        }
    }

    static string Expected(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when IsGroup(type) => "a JSON object or null",
        _ => "a JSON array of numbers",
    };
}
