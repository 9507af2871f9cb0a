namespace ResNet.MLNet;

/// <summary>What to do with a row whose image is missing or cannot be decoded.</summary>
public enum BadImagePolicy
{
    /// <summary>Stop, with an error that names the column, the row and the file.</summary>
    Throw,

    /// <summary>In training leave the row out, and say in the log which, and how many there were; in scoring give a missing label, and scores or features that are not a number.</summary>
    Skip,
}
