namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>
/// Where QEMU's sockets lie, by the variables that the library and its children obey: in the slot, since under the client's service nothing else may be
/// written (Debian's unit has ProtectSystem=strict). A path that is too long for a socket stays where the system puts it.
/// </summary>
internal static class SocketFolder
{
    // A socket's path holds 107 bytes (unix(7)); the library puts up to 40 behind it, and asks for less than 60.
    private const int Longest = 59;

    /// <summary>Sets the variables of this process, before anything reads them.</summary>
    public static void Choose(string slot)
    {
        if (slot.Length <= Longest)
        {
            Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", slot);
            Environment.SetEnvironmentVariable("TMPDIR", slot);
        }
    }
}
