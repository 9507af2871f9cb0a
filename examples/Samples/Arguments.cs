using System.Globalization;

namespace Samples;

/// <summary>Arguments of a program by their place.</summary>
public static class Arguments
{
    /// <summary>A whole number of at least 1; where the argument is something else, says so and ends the program.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="index">The number's place, from 0.</param>
    /// <param name="name">What the usage calls it.</param>
    /// <param name="otherwise">What it is when it was left out.</param>
    public static int Number(this string[] args, int index, string name, int otherwise)
    {
        if (args.Length <= index)
            return otherwise;
        if (!int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            Console.Error.WriteLine($"{name} is a whole number of at least 1 (was '{args[index]}').");
            Environment.Exit(1);
        }
        return number;
    }
}
