using System.Text.Json;

namespace ResNet.MLNet.Data;

/// <summary>A list of images with a JSON object on each line.</summary>
internal static class JsonLines
{
    static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="InvalidDataException">A line is no such object; the message names it.</exception>
    public static IEnumerable<ListedImage> Read(TextReader text, string file, ImageListOptions options)
    {
        for (var line = 1; text.ReadLine() is { } content; line++)
        {
            if (!string.IsNullOrWhiteSpace(content))
                yield return Parse(content, file, line, options);
        }
    }

    static ListedImage Parse(string content, string file, int line, ImageListOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(content, strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"an object is expected, such as {{\"path\": \"cat/1.jpg\", \"label\": \"cat\"}}, and not {Shortened(content)}");
            List<JsonProperty> properties = [.. document.RootElement.EnumerateObject()];
            var columns = ListColumns.Find([.. properties.Select(property => property.Name)], options, "property");
            return new(line, Text(properties[columns.Image]), Text(properties[columns.Label]), columns.Group is { } group ? Text(properties[group]) : null);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}, line {line}: this is no JSON object ({(e.BytePositionInLine is { } before ? $"after {before} bytes" : e.Message)}): {Shortened(content)}", e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file}, line {line}: {e.Message}.", e);
        }
    }

    static string? Text(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => property.Value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => property.Value.GetRawText(),
        JsonValueKind.Null => null,
        var kind => throw new InvalidDataException($"'{property.Name}' must be text or a number (was an {kind})"),
    };

    static string Shortened(string content) => content.Length <= 60 ? content : content[..60] + "…";
}
