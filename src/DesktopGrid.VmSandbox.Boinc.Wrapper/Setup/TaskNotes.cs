using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>
/// Lines for a reader of stderr.txt, whose end goes to the project: the time, and one sentence. Standard error is that file where the client has opened it;
/// on Windows nobody has, and it is opened here. What of it a guest has said moves no terminal.
/// </summary>
internal sealed class TaskNotes(TextWriter writer, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Writes a line.</summary>
    public void Tell(string sentence)
    {
        lock (_gate)
        {
            try
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss} vmsandbox: {ConsoleText.Printable(sentence)}"));
                writer.Flush();
            }
            catch (IOException)
            {
                // A disk that is full keeps nothing; the task goes on without its notes.
            }
        }
    }
}
