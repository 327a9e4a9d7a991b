using System.Runtime.InteropServices;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.Wrapper;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

if (args is ["--version"])
{
    Console.WriteLine($"vmsandbox-wrapper {typeof(WrapperProgram).Assembly.GetName().Version?.ToString(3)} ({Encoding.ASCII.GetString(WrapperProgram.ApiVersion)})");
    return 0;
}

// The end of the computer, or of a terminal: as a client's quit.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
var said = TaskErrorFile.Open(Environment.CurrentDirectory);
return await WrapperProgram.RunAsync(args, new TaskNotes(said, TimeProvider.System), TimeProvider.System, stop.Token).ConfigureAwait(false);
