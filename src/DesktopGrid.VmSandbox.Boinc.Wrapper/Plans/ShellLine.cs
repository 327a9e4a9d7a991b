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
            line.Append('(').Append(Alone(beside)).Append(") & ");
        }

        line.Append(task.Beside.Count == 0 ? "exec \"$0\" \"$@\"" : "\"$0\" \"$@\"").Append(Streams(task));
        if (task.Beside.Count > 0)
        {
            line.Append("; code=$?; kill $(jobs -p) 2>/dev/null; exit $code");
        }

        return line.ToString();
    }

    /// <summary>A program beside another, which takes the place of a shell of its own. One whose folder is not there does not run, as none does for the stock wrapper.</summary>
    private static string Alone(PlannedTask task)
    {
        var line = new StringBuilder();
        if (task.Directory is { } directory)
        {
            line.Append("cd ").Append(Quoted(GuestPaths.Of(directory))).Append(" || exit 1; ");
        }

        foreach (var (name, value) in task.Environment)
        {
            line.Append("export ").Append(Quoted($"{name}={value}")).Append("; ");
        }

        line.Append("exec ").AppendJoin(' ', task.Arguments.Prepend(GuestPaths.Of(task.Name)).Select(Quoted));
        return line.Append(Streams(task)).ToString();
    }

    private static string Streams(PlannedTask task) =>
        $" <{Quoted(task.Streams.Input is { } input ? GuestPaths.Of(input) : "/dev/null")}"
        + $" >>{Quoted(task.Streams.Output is { } output ? GuestPaths.Of(output) : "/dev/null")}"
        + $" 2>>{Quoted(GuestPaths.Of(task.Streams.Error ?? GuestPaths.StandardError))}";

    /// <summary>Whether a shell can set a variable of this name.</summary>
    public static bool IsVariable(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    /// <summary>A text that the shell takes as it is.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
