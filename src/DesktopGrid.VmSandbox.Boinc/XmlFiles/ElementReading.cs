using System.Xml.Linq;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.XmlFiles;

/// <summary>Takes values out of the children of an element as BOINC's own parser does: the first of a name, trimmed, absent where there is none.</summary>
internal static class ElementReading
{
    /// <summary>The text of a child; null where there is none.</summary>
    public static string? Text(this XElement element, string name) => element.Element(name)?.Value.Trim();

    /// <summary>The text of a child that must be there.</summary>
    /// <exception cref="BoincException">It is not there, or empty.</exception>
    public static string Demand(this XElement element, string name) => element.Text(name) is { Length: > 0 } text
        ? text
        : throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{FileOf(element)}<{element.Name.LocalName}> has no <{name}>.");

    /// <summary>The number of a child; the other value where there is none.</summary>
    /// <exception cref="BoincException">It is no finite number.</exception>
    public static double Number(this XElement element, string name, double otherwise = 0)
    {
        var text = element.Text(name);
        return string.IsNullOrEmpty(text) ? otherwise
            : ValueText.Number(text) ?? throw NotANumber(element, name, text);
    }

    /// <summary>The whole number of a child; the other value where there is none. What C prints of a double counts as well.</summary>
    /// <exception cref="BoincException">It is no whole number of 32 bits.</exception>
    public static int Whole(this XElement element, string name, int otherwise = 0)
    {
        var text = element.Text(name);
        return string.IsNullOrEmpty(text) ? otherwise : ValueText.Whole(text) ?? throw NotANumber(element, name, text);
    }

    /// <summary>Whether a flag is set: <c>&lt;x/&gt;</c>, or a number that is not 0.</summary>
    public static bool Flag(this XElement element, string name) => element.Text(name) is { } text && ValueText.IsSet(text);

    /// <summary>Says of which file an element is, for messages: it is told to whoever has read it.</summary>
    public static void IsOf(this XElement root, string file) => root.AddAnnotation(new FileName(file));

    private static string FileOf(XElement element) => element.AncestorsAndSelf().Last().Annotation<FileName>() is { } file ? $"{file.Name}: " : "";

    private static BoincException NotANumber(XElement element, string name, string text) =>
        new(SandboxErrorCode.BoincFileMalformed, $"{FileOf(element)}<{name}> in <{element.Name.LocalName}> is no such number: \"{(text.Length > 40 ? text[..40] : text)}\".");

    private sealed record FileName(string Name);
}
