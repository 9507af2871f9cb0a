using static TorchSharp.torch;

namespace ResNet.Torch.Training;

/// <summary>A run of weights that learn alike.</summary>
/// <param name="Start">Its first place in the vector.</param>
/// <param name="Length">How many weights it has.</param>
/// <param name="RateFactor">What the learning rate is multiplied by.</param>
/// <param name="Decays">Whether its weights decay.</param>
internal sealed record WeightSegment(long Start, long Length, double RateFactor, bool Decays)
{
    /// <summary>The segment's part of a vector: a view, in the current scope.</summary>
    public Tensor Of(Tensor vector) => vector.narrow(0, Start, Length);

    /// <summary>The runs of neighbours that decay and learn alike.</summary>
    public static IEnumerable<WeightSegment> Join(List<WeightSlot> slots, Func<WeightSlot, bool> decays, Func<WeightSlot, double> rate)
    {
        WeightSegment? open = null;
        foreach (var slot in slots)
        {
            var next = new WeightSegment(slot.Offset, slot.Length, rate(slot), decays(slot));
            if (open is not null && open.Start + open.Length == next.Start && open with { Start = next.Start, Length = next.Length } == next)
            {
                open = open with { Length = open.Length + next.Length };
                continue;
            }
            if (open is not null)
                yield return open;
            open = next;
        }
        if (open is not null)
            yield return open;
    }
}
