using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>
/// The line of the guest's shell that starts a program with its streams in files: those are appended to, as the stock wrapper does, and a checkpoint of the
/// machine holds them. The program takes the shell's place; with programs beside it, the shell stays and ends them.
/// </summary>
internal static class ShellLine
{
    /// <summary>Makes it; the program is <c>$0</c> and its arguments <c>$@</c>.</summary>
    public static string Of(PlannedTask task)
    {
        var line = new StringBuilder();
        foreach (var beside in task.Beside)
        {
            line.Append(beside).Append(" & ");
        }

        line.Append(task.Beside.Count == 0 ? "exec \"$0\" \"$@\"" : "\"$0\" \"$@\"")
            .Append(" <").Append(Quoted(task.Streams.Input is { } input ? GuestPaths.Of(input) : "/dev/null"))
            .Append(" >>").Append(Quoted(task.Streams.Output is { } output ? GuestPaths.Of(output) : "/dev/null"))
            .Append(" 2>>").Append(Quoted(GuestPaths.Of(task.Streams.Error ?? GuestPaths.StandardError)));
        if (task.Beside.Count > 0)
        {
            line.Append("; code=$?; kill $(jobs -p) 2>/dev/null; exit $code");
        }

        return line.ToString();
    }

    /// <summary>A text that the shell takes as it is.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
