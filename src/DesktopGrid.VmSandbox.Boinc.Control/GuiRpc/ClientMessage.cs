using DesktopGrid.VmSandbox.Boinc.Control.Markup;

namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>A line of the client's event log.</summary>
/// <param name="Number">Its number; the next has one more.</param>
/// <param name="Project">The project's name; empty where it is of none.</param>
/// <param name="Text">What it says.</param>
internal sealed record ClientMessage(int Number, string Project, string Text)
{
    public static ClientMessage Of(Element message) => new(message.Whole("seqno") ?? 0, message.Value("project") ?? "", message.Value("body") ?? "");
}
