using System.Numerics;

namespace ResNet.Torch.Weights.PyTorch;

/// <summary>
/// Reads a pickle of protocol 2 to 5 (Python's pickletools describes the instructions) without running anything: names are
/// those of its vocabulary or an error. It keeps its own stack, so nesting costs no recursion.
/// </summary>
/// <param name="source">The bytes; they are left just after the pickle's end.</param>
/// <param name="storageOf">Gives the storage that a persistent id stands for.</param>
/// <param name="names">The names that it may mention; <see cref="PickleGlobals.Tensors"/> when null.</param>
internal sealed class PickleMachine(PickleSource source, Func<object?, object> storageOf, PickleVocabulary? names = null)
{
    const int MaxIntegerBytes = 256;

    readonly PickleVocabulary vocabulary = names ?? PickleGlobals.Tensors;
    readonly PickleStack stack = new(source);

    public object? Load()
    {
        for (var code = Next(); code != '.'; code = Next())
            Execute(code);
        return stack.Pop();
    }

    byte Next()
    {
        source.Spend(1);
        return source.Byte();
    }

    void Execute(byte code)
    {
        if (!ExecuteValue(code) && !ExecuteContainer(code) && !ExecuteCall(code))
            throw source.Error($"the pickle has instruction 0x{code:x2}, which files of {vocabulary.Kind} do not need");
    }

    bool ExecuteValue(byte code)
    {
        switch (code)
        {
            case (byte)'N': stack.Push(null); break;
            case 0x88: stack.Push(true); break;
            case 0x89: stack.Push(false); break;
            case (byte)'K': stack.Push((long)source.Byte()); break;
            case (byte)'M': stack.Push((long)source.UInt16()); break;
            case (byte)'J': stack.Push((long)source.Int32()); break;
            case 0x8a: PushInteger(source.Byte()); break;
            case 0x8b: PushInteger(source.UInt32()); break;
            case (byte)'G': stack.Push(source.Double()); break;
            case (byte)'U': PushString(source.Byte()); break;
            case (byte)'T': PushString(source.UInt32()); break;
            case 0x8c: stack.Push(source.Text(source.Byte())); break;
            case (byte)'X': stack.Push(source.Text(source.UInt32())); break;
            case 0x8d: stack.Push(source.Text(source.UInt64())); break;
            case (byte)'C': stack.Push(source.Bytes(source.Byte())); break;
            case (byte)'B': stack.Push(source.Bytes(source.UInt32())); break;
            case 0x8e: stack.Push(source.Bytes(source.UInt64())); break;
            case 0x96: stack.Push(source.Bytes(source.UInt64())); break;
            default: return false;
        }
        return true;
    }

    bool ExecuteContainer(byte code)
    {
        switch (code)
        {
            case (byte)'(': stack.Mark(); break;
            case (byte)')': stack.Push(Array.Empty<object?>()); break;
            case 0x85: stack.Push(stack.PopMany(1)); break;
            case 0x86: stack.Push(stack.PopMany(2)); break;
            case 0x87: stack.Push(stack.PopMany(3)); break;
            case (byte)'t': stack.Push(stack.PopToMark()); break;
            case (byte)']' or 0x8f: stack.Push(new List<object?>()); break;
            case (byte)'l' or 0x91: stack.Push(new List<object?>(stack.PopToMark())); break;
            case (byte)'a': AddTo(stack.PopMany(1)); break;
            case (byte)'e' or 0x90: AddTo(stack.PopToMark()); break;
            case (byte)'}': stack.Push(new PickleDictionary()); break;
            case (byte)'d':
                var items = stack.PopToMark();
                stack.Push(new PickleDictionary());
                SetItems(items);
                break;
            case (byte)'s': SetItems(stack.PopMany(2)); break;
            case (byte)'u': SetItems(stack.PopToMark()); break;
            default: return false;
        }
        return true;
    }

    bool ExecuteCall(byte code)
    {
        switch (code)
        {
            case 0x80: RequireProtocol(source.Byte()); break;
            case 0x95: source.UInt64(); break; // the length of a frame says nothing that the instructions do not
            case (byte)'0': stack.Pop(); break;
            case (byte)'1': stack.PopToMark(); break;
            case (byte)'2': stack.Push(stack.Peek()); break;
            case (byte)'q': stack.Keep(source.Byte()); break;
            case (byte)'r': stack.Keep(source.UInt32()); break;
            case 0x94: stack.Keep(); break;
            case (byte)'h': stack.Push(stack.Recall(source.Byte())); break;
            case (byte)'j': stack.Push(stack.Recall(source.UInt32())); break;
            case (byte)'c': stack.Push(Global(source.Line(), source.Line())); break;
            case 0x93:
                var (name, module) = (stack.Pop(), stack.Pop());
                stack.Push(Global(module as string, name as string));
                break;
            case (byte)'R' or 0x81:
                var (arguments, callee) = (stack.Pop(), stack.Pop());
                stack.Push(Call(callee, arguments));
                break;
            case (byte)'b': SetState(stack.Pop()); break;
            case (byte)'Q': stack.Push(storageOf(stack.Pop())); break;
            default: return false;
        }
        return true;
    }

    object Global(string? module, string? name) => module is not null && name is not null && vocabulary.Find(module, name) is { } global
        ? global
        : throw source.Error($"the pickle names {module ?? "?"}.{name ?? "?"}, which is not one of the few names that {vocabulary.Kind} need, and nothing of it was run. {vocabulary.Advice}");

    object? Call(object? callee, object? arguments) => (callee, arguments) switch
    {
        (PickleGlobal { Call: { } call }, object?[] tuple) => call(tuple, source),
        (PickleGlobal global, _) => throw source.Error($"the pickle calls {global.Name} in a way that is not known"),
        (StorageType type, _) => throw source.Error($"the pickle calls {type.Name} in a way that is not known"),
        _ => throw source.Error("the pickle calls something that is no name"),
    };

    /// <summary>A string of Python 2's, which is bytes.</summary>
    void PushString(uint count)
    {
        if (vocabulary.KeepsBytes)
            stack.Push(source.Bytes(count));
        else
            stack.Push(source.Text(count));
    }

    /// <summary>Others' attributes, such as the _metadata of a state dictionary, are not needed.</summary>
    void SetState(object? state)
    {
        if (stack.Peek() is PickledObject made)
            made.State = state;
    }

    /// <summary>A long where it fits, else a BigInteger.</summary>
    void PushInteger(uint count)
    {
        if (count > MaxIntegerBytes)
            throw source.Error($"the pickle has an integer of {count} bytes; at most {MaxIntegerBytes} are read");
        var value = new BigInteger(source.Bytes(count));
        if (value >= long.MinValue && value <= long.MaxValue)
            stack.Push((long)value);
        else
            stack.Push(value);
    }

    void RequireProtocol(byte version)
    {
        if (version is < 2 or > 5)
            throw source.Error($"the pickle has protocol {version}; 2 to 5 are read");
    }

    void AddTo(object?[] items)
    {
        if (stack.Peek() is not List<object?> list)
            throw source.Error("the pickle appends to something that is no list");
        list.AddRange(items);
    }

    void SetItems(object?[] items)
    {
        if (stack.Peek() is not PickleDictionary dictionary || items.Length % 2 != 0)
            throw source.Error("the pickle sets items of something that is no dictionary, or half an item");
        for (var i = 0; i < items.Length; i += 2)
            dictionary.Pairs.Add(new(items[i], items[i + 1]));
    }
}
