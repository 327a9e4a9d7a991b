using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <summary>
/// The last word before the payload: a shell that waits for the host's word on a pipe, and becomes the payload. All that ties the payload to
/// its host is in force by then. A host that dies earlier is known by the pipe's end, so that nothing is started; one that dies later takes
/// the payload with it. The host knows the payload's process before its first instruction.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LaunchGate
{
    private const string Shell = "/bin/sh";
    private const string Script = "read -r go || exit 125; exec \"$@\" </dev/null";

    /// <summary>The gate's words, before the payload's.</summary>
    public static IReadOnlyList<string> Words { get; } = [Shell, "-c", Script, "sh"];

    /// <summary>Whether a command line is the gate's.</summary>
    public static bool Is(IReadOnlyList<string> words) => words is [Shell, "-c", Script, ..];

    /// <summary>Lets the payload go. A gate that has gone meanwhile is no failure here: its end says why.</summary>
    public static void Open(StreamWriter input)
    {
        try
        {
            input.Write('\n');
            input.Flush();
        }
        catch (IOException)
        {
            // Nobody reads.
        }
    }

    /// <summary>Closes the pipe: a gate that was not opened opens no more.</summary>
    public static void Close(StreamWriter input)
    {
        try
        {
            input.Close();
        }
        catch (IOException)
        {
            // Nobody reads.
        }
    }
}
