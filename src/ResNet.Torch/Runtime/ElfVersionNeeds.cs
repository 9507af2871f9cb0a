using System.Buffers.Binary;
using System.Text;

namespace ResNet.Torch.Runtime;

/// <summary>
/// Marks a symbol version that a 64-bit little-endian ELF library asks for, but never uses, as weak: the loader then
/// accepts a system without it.
/// </summary>
/// <remarks>Layouts: System V ABI, chapter 4 (section headers), and Linux Standard Base, "Symbol Versioning".</remarks>
internal static class ElfVersionNeeds
{
    const uint SectionDynamicSymbols = 11;
    const uint SectionVersionNeeds = 0x6ffffffe;
    const uint SectionSymbolVersions = 0x6fffffff;
    const ushort Weak = 2;
    const ushort VersionIndexMask = 0x7fff;

    /// <summary>
    /// GCC 13's &lt;iostream&gt; leaves an undefined reference to this in every object, for the linker alone; no
    /// relocation uses it and nothing calls it.
    /// </summary>
    const string UnusedSymbol = "_ZSt21ios_base_library_initv";

    readonly record struct Section(uint Type, int Offset, int Size, int Link);

    /// <summary>Sets the weak flag of <paramref name="version"/> in place.</summary>
    /// <param name="library">The whole file; changed only when the result is true.</param>
    /// <param name="version">For example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>
    /// False, and nothing changed, when the file is no such ELF library, does not ask for the version, or has a symbol
    /// of that version which could be called.
    /// </returns>
    public static bool TryWeaken(Span<byte> library, string version)
    {
        try
        {
            if (!library.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
                return false;
            var sections = ReadSections(library);
            var (flags, index) = FindNeed(library, sections, version);
            if (flags < 0 || !IsUnused(library, sections, index))
                return false;
            BinaryPrimitives.WriteUInt16LittleEndian(library[flags..], (ushort)(U16(library, flags) | Weak));
            return true;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            return false; // an offset led out of the file
        }
    }

    static Section[] ReadSections(ReadOnlySpan<byte> file)
    {
        var table = Offset(file, 0x28);
        int entrySize = U16(file, 0x3a), count = U16(file, 0x3c);
        var sections = new Section[count];
        for (var i = 0; i < count; i++)
        {
            var at = table + i * entrySize;
            var type = U32(file, at + 4);
            sections[i] = new Section(type, Offset(file, at + 24), Offset(file, at + 32), (int)U32(file, at + 40));
        }
        return sections;
    }

    static (int FlagsOffset, ushort Index) FindNeed(ReadOnlySpan<byte> file, Section[] sections, string version)
    {
        foreach (var needs in sections.Where(s => s.Type == SectionVersionNeeds))
        {
            var names = sections[needs.Link].Offset;
            for (int dependency = needs.Offset, step = -1; step != 0; dependency += step)
            {
                step = (int)U32(file, dependency + 12);
                var entry = dependency + (int)U32(file, dependency + 8);
                for (var remaining = U16(file, dependency + 2); remaining > 0; remaining--)
                {
                    if (Text(file, names + (int)U32(file, entry + 8)) == version)
                        return (entry + 4, (ushort)(U16(file, entry + 6) & VersionIndexMask));
                    entry += (int)U32(file, entry + 12);
                }
            }
        }
        return (-1, 0);
    }

    static bool IsUnused(ReadOnlySpan<byte> file, Section[] sections, ushort version)
    {
        var versions = sections.Single(s => s.Type == SectionSymbolVersions);
        var symbols = sections.Single(s => s.Type == SectionDynamicSymbols);
        var names = sections[symbols.Link].Offset;
        for (var i = 0; i < versions.Size / 2; i++)
        {
            if ((U16(file, versions.Offset + 2 * i) & VersionIndexMask) == version &&
                Text(file, names + (int)U32(file, symbols.Offset + 24 * i)) != UnusedSymbol)
                return false;
        }
        return true;
    }

    static string Text(ReadOnlySpan<byte> file, int at) => Encoding.ASCII.GetString(file[at..(at + file[at..].IndexOf((byte)0))]);

    static int Offset(ReadOnlySpan<byte> file, int at) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file[at..]));

    static uint U32(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);

    static ushort U16(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);
}
