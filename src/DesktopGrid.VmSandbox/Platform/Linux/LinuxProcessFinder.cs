using System.Globalization;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <inheritdoc />
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcessFinder(TimeProvider time) : IProcessFinder
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public ProcessIdentity Current { get; } = ProcFile.Identify(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0, ProcFile.BootId);

    public bool IsAlive(ProcessIdentity identity) =>
        identity.BootId == ProcFile.BootId && ProcFile.ReadStat(identity.Id) is { State: not ('Z' or 'X') } stat && stat.StartTicks == identity.StartTicks;

    public void Kill(ProcessIdentity identity)
    {
        if (IsAlive(identity))
        {
            LinuxNative.Kill(identity.Id);
        }
    }

    public bool StandBack(ProcessIdentity identity, ProcessPriority priority)
    {
        // In this process's own session, where no tool gave it another one, it would be the host that stands back, and who else is in it: the owner's shell.
        if (!IsAlive(identity) || ProcFile.ReadStat(identity.Id)?.Session == ProcFile.ReadStat(Environment.ProcessId)?.Session)
        {
            return true;
        }

        try
        {
            File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{identity.Id}/autogroup"), SessionNice(priority));
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            // It has ended, or this kernel knows no such thing, or is another user's to ask.
            return true;
        }
        catch (IOException)
        {
            // EAGAIN: whoever is not root may do so ten times a second.
            return false;
        }
    }

    public async Task WaitForExitAsync(ProcessIdentity identity, CancellationToken cancellationToken)
    {
        while (IsAlive(identity))
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string SessionNice(ProcessPriority priority) => priority switch
    {
        ProcessPriority.Idle => "19",
        ProcessPriority.BelowNormal => "10",
        _ => "0",
    };
}
