using System.Xml;
using System.Xml.Linq;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.XmlFiles;

/// <summary>
/// Reads the files that BOINC calls XML, within a ceiling: UTF-8 or Latin-1, with what its own parser does not mind, numbers as C prints them. No document type, nothing
/// from outside.
/// </summary>
internal static class BoincXml
{
    // Deeper than any file of BOINC's by far; what is deeper costs a reader more than it can say.
    private const int MostDepth = 32;

    /// <summary>Reads a file whose outermost element has this name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">The outermost element's name.</param>
    /// <param name="mostBytes">A larger file is refused.</param>
    /// <param name="ignored">An element whose content is somebody else's and need not be XML; it is passed over where the file cannot be read with it.</param>
    /// <exception cref="BoincException">There is no such file, or it is something else.</exception>
    public static XElement ReadFile(string path, string root, int mostBytes, string? ignored = null) => Parse(ReadText(path, mostBytes), root, path, ignored);

    /// <summary>As above, of a text; its name is for the messages.</summary>
    /// <exception cref="BoincException">It is something else.</exception>
    public static XElement Parse(string text, string root, string name, string? ignored = null)
    {
        try
        {
            return Load(text, root, name);
        }
        catch (XmlException e) when (ignored is not null && Without(text, ignored) is { } rest)
        {
            return TryLoad(rest, root, name) ?? throw Malformed(name, e);
        }
        catch (XmlException e)
        {
            throw Malformed(name, e);
        }
    }

    /// <summary>A file's text: UTF-8, or else Latin-1, which the client writes where a name has such letters.</summary>
    /// <exception cref="BoincException">There is none, it is too large, or it cannot be read.</exception>
    public static string ReadText(string path, int mostBytes) => MarkupRepair.Decode(BoundedFile.Read(path, mostBytes));

    private static XElement Load(string given, string root, string name)
    {
        var text = MarkupRepair.Repair(given.TrimStart());
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            // The client escapes what it finds in a name, control characters among it.
            CheckCharacters = false,
        };
        using var depth = XmlReader.Create(new StringReader(text), settings);
        while (depth.Read())
        {
            if (depth.Depth > MostDepth)
            {
                throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{Path.GetFileName(name)} has elements within elements, more than {MostDepth} deep.");
            }
        }

        using var reader = XmlReader.Create(new StringReader(text), settings);
        var element = XElement.Load(reader);
        element.IsOf(Path.GetFileName(name));
        return element.Name.LocalName == root
            ? element
            : throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{Path.GetFileName(name)} begins with <{Short(element.Name.LocalName)}>; <{root}> is expected.");
    }

    private static XElement? TryLoad(string text, string root, string name)
    {
        try
        {
            return Load(text, root, name);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static string? Without(string text, string ignored)
    {
        var begin = text.IndexOf($"<{ignored}>", StringComparison.Ordinal);
        var tag = $"</{ignored}>";
        var end = text.LastIndexOf(tag, StringComparison.Ordinal);
        return begin >= 0 && end > begin ? string.Concat(text.AsSpan(0, begin), text.AsSpan(end + tag.Length)) : null;
    }

    private static BoincException Malformed(string name, XmlException e) =>
        new(SandboxErrorCode.BoincFileMalformed, $"{Path.GetFileName(name)} is no well-formed XML: line {e.LineNumber}, column {e.LinePosition}.", e);

    private static string Short(string name) => name.Length > 40 ? name[..40] : name;
}
