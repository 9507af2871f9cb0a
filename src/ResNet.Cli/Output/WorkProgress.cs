namespace ResNet.Cli.Output;

/// <summary>How far a piece of work is.</summary>
/// <param name="Done">Of the units that are counted.</param>
/// <param name="Total">All of them; 0 while nobody knows.</param>
/// <param name="Details">What else is worth seeing, as "loss 0.512, accuracy 0.83".</param>
readonly record struct WorkProgress(long Done, long Total, string Details = "");
