using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>A program's state as one line, or as the record that it is for scripts.</summary>
internal static class TaskView
{
    public static void Write(GuestTaskStatus status, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(status, ConsoleJsonContext.Default.GuestTaskStatus);
            return;
        }

        var how = status switch
        {
            { State: GuestTaskState.None } => "no program was started",
            { State: GuestTaskState.Running } => "running",
            { Signal: { } signal } => $"ended by signal {signal}{(status.Stopped ? " (stopped)" : "")}",
            _ => $"ended with exit code {status.ExitCode}{(status.Stopped ? " (stopped)" : "")}",
        };
        screen.Line(status.State == GuestTaskState.None
            ? how
            : string.Create(CultureInfo.InvariantCulture, $"{how}; {status.ElapsedMs / 1000.0:0.00} s, stdout {status.StdoutLength} bytes, stderr {status.StderrLength} bytes"));
    }
}
