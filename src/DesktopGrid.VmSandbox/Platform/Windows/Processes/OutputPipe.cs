using System.IO.Pipes;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>
/// What a process writes, as a stream here. A named pipe with one client, since an anonymous one cannot be read asynchronously on Windows
/// ("Anonymous Pipe Operations"): a read that waits would hold a thread, and could not be given up.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class OutputPipe : IDisposable
{
    private readonly NamedPipeServerStream _reader;

    public OutputPipe()
    {
        var name = $"vmsandbox-{Guid.NewGuid():N}";
        _reader = new NamedPipeServerStream(name, PipeDirection.In, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            Writer = File.OpenHandle($@"\\.\pipe\{name}", FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Inheritable);
            // The client is there already, so this does not wait.
            _reader.WaitForConnection();
        }
        catch
        {
            Writer?.Dispose();
            _reader.Dispose();
            throw;
        }
    }

    /// <summary>The process's end; closed here once the process has it, or the stream would never end.</summary>
    public SafeFileHandle Writer { get; }

    public Stream Reader => _reader;

    public void Dispose()
    {
        Writer.Dispose();
        _reader.Dispose();
    }
}
