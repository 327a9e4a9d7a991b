using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>
/// The files by which an application tells the client how it ended (api/boinc_api.cpp, client/app_control.cpp). The client reads them after the process has
/// ended, so each appears in one step.
/// </summary>
internal static class SlotNotices
{
    /// <summary>The longest delay that the client takes; it makes 300 s of a longer one.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    /// <summary>The task is done, for better or worse.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="exitStatus">What the process will exit with.</param>
    /// <param name="message">A word for the user; null for none.</param>
    public static void Finish(string slot, int exitStatus, string? message = null) =>
        Write(slot, SlotFiles.Finish, message is null ? Line(exitStatus) : $"{Line(exitStatus)}{PlainText.Line(message)}\n\n");

    /// <summary>The task shall be started again later. The client wants a reason: without a second line it does not see the file.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="delay">When, 1 s to a day.</param>
    /// <param name="reason">Why, shown as the task's state.</param>
    public static void TemporaryExit(string slot, TimeSpan delay, string reason) =>
        Write(slot, SlotFiles.TemporaryExit, $"{Line((int)Math.Clamp(delay.TotalSeconds, 1, LongestDelay.TotalSeconds))}{PlainText.Line(reason)}\n\n");

    /// <summary>Writes a file that appears whole.</summary>
    /// <exception cref="BoincException">The slot cannot be written.</exception>
    public static void Write(string slot, string name, string text)
    {
        var path = Path.Combine(slot, name);
        try
        {
            // Whatever stands there was put by a program that is no more, or waits to be written to.
            File.Delete(path + ".new");
            using (var file = new FileStream(path + ".new", FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                // What the name says must be true after a cut of the power.
                file.Flush(flushToDisk: true);
            }

            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileUnwritable, $"{name} cannot be written into the slot: {e.Message}", e) { IsTransient = true };
        }
    }

    private static string Line(int number) => number.ToString(CultureInfo.InvariantCulture) + "\n";
}
