using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.DataHandler;

/// <summary>Removes a tree without ever following a link, and without recursion on the stack: a task can nest folders as deep as it likes.</summary>
internal static class TreeRemoval
{
    public static void Remove(SafeFileHandle parent, byte[] terminatedName, bool recursive)
    {
        try
        {
            LinuxFile.Unlink(parent, terminatedName, 0);
        }
        catch (LinuxError e) when (e.Code == Contracts.GuestErrorCode.Conflict)
        {
            if (recursive)
            {
                using var directory = Open(parent, terminatedName);
                Empty(directory);
            }

            LinuxFile.Unlink(parent, terminatedName, LinuxFile.RemoveDirectory);
        }
    }

    /// <summary>Removes everything in a directory, but not the directory.</summary>
    public static void Empty(SafeFileHandle root)
    {
        // The path from the root down to the folder at work; each is opened once and closed when it is empty.
        var path = new Stack<(SafeFileHandle Directory, byte[] Name)>();
        try
        {
            path.Push((Open(root, ".\0"u8.ToArray()), []));
            while (path.Count > 0)
            {
                var (directory, name) = path.Peek();
                if (RemoveFiles(directory) is { } child)
                {
                    path.Push((Open(directory, child), child));
                    continue;
                }

                path.Pop();
                directory.Dispose();
                if (path.TryPeek(out var parent))
                {
                    LinuxFile.Unlink(parent.Directory, name, LinuxFile.RemoveDirectory);
                }
            }
        }
        finally
        {
            foreach (var (directory, _) in path)
            {
                directory.Dispose();
            }
        }
    }

    /// <summary>Removes everything but folders; answers the name of a folder that is left, or null when nothing is.</summary>
    private static byte[]? RemoveFiles(SafeFileHandle directory)
    {
        byte[]? folder = null;
        using var listed = Open(directory, ".\0"u8.ToArray());
        var entries = new DirectoryEntries(listed);
        for (var names = entries.Next(); names.Count > 0; names = entries.Next())
        {
            foreach (var name in names)
            {
                try
                {
                    LinuxFile.Unlink(directory, name, 0);
                }
                catch (LinuxError e) when (e.Code == Contracts.GuestErrorCode.Conflict)
                {
                    folder = name;
                }
            }
        }

        return folder;
    }

    private static SafeFileHandle Open(SafeFileHandle parent, byte[] terminatedName) =>
        LinuxFile.OpenBeneath(parent, terminatedName, LinuxFile.ReadOnly | LinuxFile.Directory | LinuxFile.NoFollow);
}
