using DesktopGrid.VmSandbox.Platform.Files;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>This system's own files, and what was asked to be on the disk, in order.</summary>
internal sealed class RecordingFiles : IPrivateFiles
{
    private readonly IPrivateFiles _real = TemporaryFolder.PrivateFiles;

    public List<string> Flushed { get; } = [];

    public void MakeFolder(string path, bool isPassage) => _real.MakeFolder(path, isPassage);

    public void MakeFile(string path) => _real.MakeFile(path);

    public void MakeSparseFile(string path, long length) => _real.MakeSparseFile(path, length);

    public void MoveDurably(string source, string target) => _real.MoveDurably(source, target);

    public void Flush(SafeFileHandle file) => _real.Flush(file);

    public void FlushFile(string path)
    {
        _real.FlushFile(path);
        Flushed.Add(path);
    }

    public void FlushFolder(string path)
    {
        _real.FlushFolder(path);
        Flushed.Add(path);
    }

    public long AllocatedBytes(string path) => _real.AllocatedBytes(path);
}
