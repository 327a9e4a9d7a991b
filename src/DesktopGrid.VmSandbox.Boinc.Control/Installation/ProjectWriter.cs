using DesktopGrid.VmSandbox.Boinc.Control.Platform;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>Writes into a project's folder so that the client's own user can read it: as the folder's owner, and for everybody to read.</summary>
internal sealed class ProjectWriter(string projectFolder)
{
    private readonly FileFacts? _owner = FileFacts.Of(projectFolder);

    public void MakeFolder(string path) => Guard(path, () =>
    {
        DemandNoLink(path);
        if (!Directory.Exists(path))
        {
            ClientRights.MakeFolder(path);
            ClientRights.Give(path, _owner);
        }
    });

    /// <summary>Writes a file in one step: who looks sees the old one or the whole new one.</summary>
    public void Write(string path, ReadOnlySpan<byte> bytes, bool isRunnable = false)
    {
        var content = bytes.ToArray();
        Replace(path, isRunnable, file => file.Write(content));
    }

    /// <summary>Copies a file in one step.</summary>
    public void Copy(string source, string path, bool isRunnable) => Replace(path, isRunnable, file =>
    {
        using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read);
        from.CopyTo(file);
    });

    /// <summary>Copies a folder with all that is in it; what is runnable stays so, links become what they name.</summary>
    public void CopyFolder(string source, string path, CancellationToken cancellationToken) => Guard(path, () =>
    {
        MakeFolder(path);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Copy(file, Path.Combine(path, Path.GetFileName(file)), FileRights.IsExecutable(file) || IsEngineProgram(Path.GetFileName(file)));
        }

        foreach (var folder in Directory.EnumerateDirectories(source))
        {
            CopyFolder(folder, Path.Combine(path, Path.GetFileName(folder)), cancellationToken);
        }
    });

    public void DeleteFile(string path) => Guard(path, () =>
    {
        DemandNoLink(Path.GetDirectoryName(path));
        File.Delete(path);
    });

    /// <summary>Removes a folder with all that is in it; of a link the link.</summary>
    public static void DeleteFolder(string path) => Guard(path, () =>
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    });

    private void Replace(string path, bool isRunnable, Action<FileStream> write) => Guard(path, () =>
    {
        DemandNoLink(Path.GetDirectoryName(path));
        var temporary = $"{path}.new";
        File.Delete(temporary);
        // By what was opened and never by its name: whoever owns the folder could put a link there in between.
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            write(file);
            file.Flush(flushToDisk: true);
            ClientRights.OpenToAll(file.SafeFileHandle, isRunnable);
            ClientRights.Give(file.SafeFileHandle, _owner);
        }

        File.Move(temporary, path, overwrite: true);
    });

    /// <summary>
    /// No folder below the project's is a link: as root we would follow one that a native program of the client's user has put there. One that is put there
    /// between this look and the act is not seen; who does not trust what the client ran before stops the client first.
    /// </summary>
    private void DemandNoLink(string? folder)
    {
        for (; folder is not null && folder.Length > projectFolder.Length; folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
            {
                throw new IOException($"{folder} is a link");
            }
        }
    }

    /// <summary>A package or a copy by way of Windows may have lost the right to run them.</summary>
    private static bool IsEngineProgram(string name) => name.StartsWith("qemu-", StringComparison.Ordinal) || name.StartsWith("ld-", StringComparison.Ordinal);

    private static void Guard(string path, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileUnwritable, $"{path} cannot be written: {e.Message}", e) { Advice = "Run vmsandbox as root, or as the user whose the BOINC client's folder is." };
        }
    }
}
