using Spectre.Console.Rendering;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>A line as it is: the console neither wraps it at words nor looks for markup in it.</summary>
internal sealed class RawLine(string text) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(text.Length, text.Length);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => [new Segment(text), Segment.LineBreak];
}
