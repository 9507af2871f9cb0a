using static TorchSharp.torch;

namespace ResNet.Torch.Export.Onnx;

/// <summary>The messages of ONNX files that networks need; the numbers of their fields are those of onnx.proto (onnx/onnx).</summary>
internal static class OnnxProto
{
    /// <summary>ModelProto.</summary>
    public static ProtoMessage Model(long formatVersion, string producer, string producerVersion, ProtoMessage graph, IEnumerable<(string Domain, long Opset)> operators, IEnumerable<(string Key, string Value)> metadata) =>
        new ProtoMessage()
            .Add(1, formatVersion).Add(2, producer).Add(3, producerVersion).Add(7, graph)
            .AddAll(8, operators.Select(set => new ProtoMessage().Add(1, set.Domain).Add(2, set.Opset)))
            .AddAll(14, metadata.Select(entry => new ProtoMessage().Add(1, entry.Key).Add(2, entry.Value)));

    /// <summary>GraphProto.</summary>
    public static ProtoMessage Graph(string name, IEnumerable<ProtoMessage> nodes, IEnumerable<ProtoMessage> initializers, IEnumerable<ProtoMessage> inputs, IEnumerable<ProtoMessage> outputs) =>
        new ProtoMessage().AddAll(1, nodes).Add(2, name).AddAll(5, initializers).AddAll(11, inputs).AddAll(12, outputs);

    /// <summary>NodeProto.</summary>
    public static ProtoMessage Node(string operation, string name, IEnumerable<string> inputs, string output, params IEnumerable<ProtoMessage> attributes) =>
        new ProtoMessage().AddAll(1, inputs).Add(2, output).Add(3, name).Add(4, operation).AddAll(5, attributes);

    /// <summary>NodeProto of an operator that is not ONNX's own.</summary>
    public static ProtoMessage InDomain(this ProtoMessage node, string domain) => node.Add(7, domain);

    /// <summary>AttributeProto.</summary>
    public static ProtoMessage Attribute(string name, float value) => new ProtoMessage().Add(1, name).Add(2, value).Add(20, 1);

    /// <inheritdoc cref="Attribute(string, float)"/>
    public static ProtoMessage Attribute(string name, long value) => new ProtoMessage().Add(1, name).Add(3, value).Add(20, 2);

    /// <inheritdoc cref="Attribute(string, float)"/>
    public static ProtoMessage Attribute(string name, params IEnumerable<long> values) => new ProtoMessage().Add(1, name).AddAll(8, values).Add(20, 7);

    /// <inheritdoc cref="Attribute(string, float)"/>
    public static ProtoMessage Attribute(string name, params IEnumerable<string> values) => new ProtoMessage().Add(1, name).AddAll(9, values).Add(20, 8);

    /// <summary>TensorProto.</summary>
    public static ProtoMessage Tensor(string name, Tensor values) =>
        new ProtoMessage().AddAll(1, values.shape).Add(2, ElementType(values.dtype)).Add(8, name).Add(9, values);

    /// <summary>TensorProto of text.</summary>
    public static ProtoMessage Tensor(string name, string text) => new ProtoMessage().Add(1, 1).Add(2, 8).Add(6, text).Add(8, name);

    /// <summary>ValueInfoProto of a tensor. A side without length is free, and has its name.</summary>
    public static ProtoMessage Value(string name, ScalarType type, params IEnumerable<(string Name, long? Length)> sides)
    {
        var shape = new ProtoMessage().AddAll(1, sides.Select(side => side.Length is { } length ? new ProtoMessage().Add(1, length) : new ProtoMessage().Add(2, side.Name)));
        var tensor = new ProtoMessage().Add(1, ElementType(type)).Add(2, shape);
        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
    }

    /// <summary>TensorProto.DataType.</summary>
    public static long ElementType(ScalarType type) => type switch
    {
        ScalarType.Float32 => 1,
        ScalarType.Byte => 2,
        ScalarType.Int64 => 7,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Networks are written in float32, and take pixels."),
    };
}
