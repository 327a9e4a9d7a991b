using System.Text;
using System.Xml;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Markup;

/// <summary>Reads a file or reply of BOINC's into elements, within limits.</summary>
internal static class MarkupReader
{
    /// <summary>Reads a file; one that grows meanwhile is read up to the limit.</summary>
    /// <exception cref="BoincException">It is missing, cannot be read, is larger than allowed, or is not what its format says.</exception>
    public static Element ReadFile(string path, MarkupLimits limits) => Read(BoundedFile.Read(path, limits.Bytes), path, limits);

    /// <summary>Reads bytes; <paramref name="source"/> is what an error names.</summary>
    /// <exception cref="BoincException">They are more than allowed, or not what their format says.</exception>
    public static Element Read(ReadOnlySpan<byte> bytes, string source, MarkupLimits limits)
    {
        if (bytes.Length > limits.Bytes)
        {
            throw Malformed(source, $"it has more than {limits.Bytes} bytes");
        }

        var text = MarkupRepair.Repair(MarkupRepair.Decode(bytes).TrimStart());
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            CheckCharacters = false,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
        try
        {
            return Build(reader, source, limits);
        }
        catch (XmlException e)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{source} is not what BOINC writes: {e.Message}", e);
        }
    }

    private static Element Build(XmlReader reader, string source, MarkupLimits limits)
    {
        var open = new Stack<(Element Element, StringBuilder Text)>();
        Element? root = null;
        var count = 0;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (++count > limits.Elements || open.Count >= limits.Depth)
                    {
                        throw Malformed(source, $"it has more than {limits.Elements} elements, or more than {limits.Depth} in each other");
                    }

                    var element = new Element(reader.LocalName);
                    root ??= element;
                    if (open.TryPeek(out var parent))
                    {
                        parent.Element.Add(element);
                    }

                    if (!reader.IsEmptyElement)
                    {
                        open.Push((element, new StringBuilder()));
                    }

                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when open.TryPeek(out var here):
                    here.Text.Append(reader.Value);
                    break;
                case XmlNodeType.EndElement:
                    var (closed, content) = open.Pop();
                    closed.Text = content.ToString().Trim();
                    break;
            }
        }

        return root ?? throw Malformed(source, "it is empty");
    }

    private static BoincException Malformed(string source, string fault) => new(SandboxErrorCode.BoincFileMalformed, $"{source} is not what BOINC writes: {fault}.");
}
