using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Markup;

/// <summary>One element of a file or reply of BOINC's: its text and its children, in order. Attributes are not kept; BOINC has none that matter here.</summary>
internal sealed class Element(string name)
{
    private readonly List<Element> _children = [];

    public string Name => name;

    /// <summary>The element's own text, without the white space around it.</summary>
    public string Text { get; set; } = "";

    public IReadOnlyList<Element> Children => _children;

    public void Add(Element child) => _children.Add(child);

    public Element? Child(string childName) => _children.Find(child => child.Name == childName);

    public IEnumerable<Element> Named(string childName) => _children.Where(child => child.Name == childName);

    /// <summary>A child's text; null where the child is missing or empty.</summary>
    public string? Value(string childName) => Child(childName)?.Text is { Length: > 0 } text ? text : null;

    /// <summary>As the client reads flags: an empty element is yes, a number but zero too.</summary>
    public bool Flag(string childName) => Child(childName) is { } child && ValueText.IsSet(child.Text);

    /// <summary>A child's number; null where there is none, or one that is no finite number.</summary>
    public double? Number(string childName) => Value(childName) is { } text ? ValueText.Number(text) : null;

    /// <summary>A child's whole number, which the client may have written with decimals.</summary>
    public int? Whole(string childName) => Value(childName) is { } text ? ValueText.Whole(text) : null;
}
