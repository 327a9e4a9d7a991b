using DesktopGrid.VmSandbox.Boinc.Control.Platform;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control;

/// <summary>One switch at a time in a client's data folder, whoever does it: two would each write what the other does not know of, and quit the client under the other's hands.</summary>
internal static class SwitchTurn
{
    /// <summary>Switches, where nobody else does.</summary>
    /// <exception cref="BoincException">Another switch is under way, or the data folder cannot be opened.</exception>
    public static async Task<SwitchOutcome> TakeAsync(string dataFolder, Func<Task<SwitchOutcome>> act)
    {
        using var turn = Take(dataFolder);
        return await act().ConfigureAwait(false);
    }

    private static FolderLock Take(string dataFolder)
    {
        try
        {
            return FolderLock.TryTake(dataFolder)
                ?? throw new BoincException(SandboxErrorCode.BoincUnsupported, $"Another vmsandbox switches a project of the client in {dataFolder} at this moment.") { IsTransient = true, Advice = "Let it end, or end it, and try again." };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"{dataFolder} cannot be opened: {e.Message}", e);
        }
    }
}
