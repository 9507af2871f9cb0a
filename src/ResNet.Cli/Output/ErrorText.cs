using System.Reflection;

namespace ResNet.Cli.Output;

/// <summary>An error in one line.</summary>
static class ErrorText
{
    /// <summary>What went wrong, without where in the program; <c>--verbose</c> has that.</summary>
    public static string Of(Exception error)
    {
        while (error is TargetInvocationException or AggregateException { InnerExceptions.Count: 1 } && error.InnerException is { } inner)
            error = inner;
        var message = error is ArgumentException { ParamName: { } name } argument
            ? argument.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) // a program's affair
            : error.Message;
        var line = string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return IsExplained(error) ? line : $"{error.GetType().Name}: {line} ({CommonOptions.Verbose.Name} tells where)";
    }

    /// <summary>Whether the message is made for the user: of the tool and the libraries, or of files.</summary>
    static bool IsExplained(Exception error) =>
        error is CommandException or ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or InvalidOperationException
        || error.GetType().Namespace?.StartsWith(nameof(ResNet), StringComparison.Ordinal) == true;
}
