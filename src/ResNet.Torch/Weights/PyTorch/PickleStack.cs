namespace ResNet.Torch.Weights.PyTorch;

/// <summary>What a pickle's instructions leave for one another: a stack with marks, and values that are kept under numbers (its memo).</summary>
/// <param name="source">The pickle, whose error it is when there is no such value.</param>
internal sealed class PickleStack(PickleSource source)
{
    readonly List<object?> stack = [];
    readonly List<int> marks = [];
    readonly Dictionary<uint, object?> memo = [];

    public void Push(object? value) => stack.Add(value);

    public object? Peek()
    {
        RequireValues(1);
        return stack[^1];
    }

    public object? Pop() => PopMany(1)[0];

    public object?[] PopMany(int count)
    {
        RequireValues(count);
        return CutFrom(stack.Count - count);
    }

    /// <summary>Begins a group.</summary>
    public void Mark() => marks.Add(stack.Count);

    /// <summary>Ends the last group that was begun, and takes its values.</summary>
    public object?[] PopToMark()
    {
        if (marks.Count == 0)
            throw source.Error("the pickle closes a group that it never opened");
        var mark = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        return CutFrom(mark);
    }

    /// <summary>Keeps the value on top under the next number.</summary>
    public void Keep() => Keep((uint)memo.Count);

    /// <summary>Keeps the value on top under a number.</summary>
    public void Keep(uint index) => memo[index] = Peek();

    /// <summary>The value that was kept under a number.</summary>
    public object? Recall(uint index) => memo.TryGetValue(index, out var value)
        ? value
        : throw source.Error($"the pickle recalls value {index}, which it never kept");

    object?[] CutFrom(int index)
    {
        object?[] items = [.. stack[index..]];
        stack.RemoveRange(index, items.Length);
        return items;
    }

    // An instruction reaches no further back than the last mark, as in Python: else a mark could lie above the stack's end.
    void RequireValues(int count)
    {
        if (stack.Count - (marks.Count == 0 ? 0 : marks[^1]) < count)
            throw source.Error("the pickle takes a value where none is");
    }
}
