using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.DataHandler;

/// <summary>
/// The task's work directory. Every path is checked by the contract's rule and then looked up by the kernel below one open directory with
/// links forbidden, so that a task that swaps a folder for a link between two requests gains nothing.
/// </summary>
internal sealed class WorkDirectory : IDisposable
{
    private readonly List<SafeFileHandle> _before = [];
    private volatile SafeFileHandle _root;
    private readonly uint _owner;
    private long _temporary;

    public WorkDirectory(string path, uint owner)
    {
        Path = path;
        _owner = owner;
        Directory.CreateDirectory(path);
        _root = LinuxFile.OpenDirectory(path);
        LinuxFile.SetOwner(_root, owner, owner);
        LinuxFile.SetMode(_root, 0b111_111_000);
    }

    /// <summary>Where it is, for the task.</summary>
    public string Path { get; }

    /// <summary>Opens a regular file for reading; anything else is refused, so that no pipe or device can hang a request.</summary>
    public SafeFileHandle OpenFile(string path, out long length)
    {
        var handle = LinuxFile.OpenBeneath(_root, Checked(path), LinuxFile.ReadOnly | LinuxFile.NonBlocking | LinuxFile.NoFollow);
        var status = LinuxFile.Status(handle, "\0"u8);
        if (status.Kind != GuestEntryKind.File)
        {
            handle.Dispose();
            throw new RequestException(GuestErrorCode.PathRefused, $"\"{path}\" is no regular file.");
        }

        length = status.Length;
        return handle;
    }

    /// <summary>Begins a file: it appears under its name only when committed.</summary>
    public PendingFile BeginFile(string path, int mode)
    {
        var parent = OpenParent(path, create: true, out var name);
        try
        {
            var temporary = $".put-{Interlocked.Increment(ref _temporary)}-{Environment.TickCount64}";
            var file = LinuxFile.OpenBeneath(parent, temporary, LinuxFile.WriteOnly | LinuxFile.Create | LinuxFile.Exclusive, 0b110_000_000);
            LinuxFile.SetOwner(file, _owner, _owner);
            LinuxFile.SetMode(file, mode);
            return new PendingFile(parent, file, temporary, name);
        }
        catch
        {
            parent.Dispose();
            throw;
        }
    }

    /// <summary>Makes a file anew, of zeros, that daemon and task write to at once. What has its name is removed and never followed.</summary>
    public SafeFileHandle MakeShared(string path, int length)
    {
        using var parent = OpenParent(path, create: true, out var name);
        try
        {
            TreeRemoval.Remove(parent, LinuxFile.Terminated(name), recursive: false, CancellationToken.None);
        }
        catch (LinuxError e) when (e.Number == LinuxError.NoEntry)
        {
            // The usual case.
        }

        var file = LinuxFile.OpenBeneath(parent, name, LinuxFile.ReadWrite | LinuxFile.Create | LinuxFile.Exclusive, 0b110_000_000);
        try
        {
            LinuxFile.SetOwner(file, _owner, _owner);
            LinuxFile.SetMode(file, 0b110_110_110);
            // Written, not only made so long: a hole that finds the disk full would kill the program that maps it.
            RandomAccess.Write(file, new byte[length], 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes a directory with its parents.</summary>
    public void MakeDirectory(string path)
    {
        if (path != RelativePath.Root)
        {
            OpenParent(Checked(path) + "/.", create: true, out _).Dispose();
        }
    }

    /// <summary>Opens a directory to list it.</summary>
    public SafeFileHandle OpenListed(string path) => OpenDirectory(_root, Checked(path));

    /// <summary>Removes a file, a link or a directory.</summary>
    public void Delete(string path, bool recursive, CancellationToken cancellationToken)
    {
        if (path == RelativePath.Root)
        {
            if (!recursive)
            {
                throw new RequestException(GuestErrorCode.BadRequest, "The work directory itself is only emptied, which needs recursive=true.");
            }

            TreeRemoval.Empty(_root, cancellationToken);
            return;
        }

        using var parent = OpenParent(path, create: false, out var name);
        TreeRemoval.Remove(parent, LinuxFile.Terminated(name), recursive, cancellationToken);
    }

    /// <summary>Looks the directory up anew, after something was mounted there.</summary>
    public void Reopen()
    {
        // A request may just be using the old one.
        _before.Add(_root);
        _root = LinuxFile.OpenDirectory(Path);
    }

    public void Dispose()
    {
        _root.Dispose();
        _before.ForEach(static root => root.Dispose());
    }

    private SafeFileHandle OpenParent(string path, bool create, out string name)
    {
        var parts = (path.EndsWith("/.", StringComparison.Ordinal) ? path : Checked(path)).Split('/');
        name = parts[^1];
        var current = OpenDirectory(_root, RelativePath.Root);
        foreach (var part in parts[..^1])
        {
            var parent = current;
            try
            {
                current = create ? OpenOrMake(parent, part) : OpenDirectory(parent, part);
            }
            finally
            {
                parent.Dispose();
            }
        }

        return current;
    }

    private SafeFileHandle OpenOrMake(SafeFileHandle parent, string name)
    {
        try
        {
            LinuxFile.MakeDirectory(parent, name, 0b111_111_000);
        }
        catch (LinuxError e) when (e.Number == LinuxError.Exists)
        {
            return OpenDirectory(parent, name);
        }

        var made = OpenDirectory(parent, name);
        LinuxFile.SetOwner(made, _owner, _owner);
        return made;
    }

    private static SafeFileHandle OpenDirectory(SafeFileHandle parent, string name) =>
        LinuxFile.OpenBeneath(parent, name, LinuxFile.ReadOnly | LinuxFile.Directory | LinuxFile.NoFollow);

    private static string Checked(string path) =>
        RelativePath.Fault(path) is { } fault ? throw new RequestException(GuestErrorCode.PathRefused, fault) : path;
}
