namespace DesktopGrid.VmSandbox.GuestDaemon.Control;

/// <summary>The daemon's own lines on the machine's console; the prefix tells the host whose they are.</summary>
internal static class DaemonLog
{
    public static void Write(string text) => Console.Error.WriteLine($"vmsandboxd: {text.ReplaceLineEndings(" ")}");
}
