using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>
/// Removes a tree without ever following a link. A folder inside is emptied of its files, and the folders in it are moved up beside it, so
/// that the tree is never more than one level deep below the hand that removes it: a task can nest folders as deep, and lay as many side by
/// side, as it likes, and it costs two open folders and one look at each entry.
/// </summary>
internal static class TreeRemoval
{
    public static void Remove(SafeFileHandle parent, byte[] terminatedName, bool recursive, CancellationToken cancellationToken)
    {
        switch (LinuxFile.TryUnlink(parent, terminatedName, 0))
        {
            case 0:
                return;
            case LinuxError.IsDirectory:
                if (recursive)
                {
                    using var directory = Open(parent, terminatedName);
                    Empty(directory, cancellationToken);
                }

                LinuxFile.Unlink(parent, terminatedName, LinuxFile.RemoveDirectory);
                return;
            case var error:
                throw LinuxError.Of(error, System.Text.Encoding.UTF8.GetString(terminatedName));
        }
    }

    /// <summary>Removes everything in a directory, but not the directory. A task that keeps adding to it is beaten by the caller's patience only.</summary>
    public static void Empty(SafeFileHandle root, CancellationToken cancellationToken)
    {
        var moved = 0L;
        while (EmptyOnce(root, ref moved, cancellationToken))
        {
            // What was moved up meanwhile may lie behind the place that the listing had reached.
        }
    }

    /// <summary>Goes through the directory once; false when nothing was there.</summary>
    private static bool EmptyOnce(SafeFileHandle root, ref long moved, CancellationToken cancellationToken)
    {
        var any = false;
        using var listed = Open(root, ".\0"u8.ToArray());
        var entries = new DirectoryEntries(listed);
        for (var names = entries.Next(); names.Count > 0; names = entries.Next())
        {
            foreach (var name in names)
            {
                any = true;
                cancellationToken.ThrowIfCancellationRequested();
                if (!TryRemoveFile(root, name))
                {
                    RemoveFolder(root, name, ref moved, cancellationToken);
                }
            }
        }

        return any;
    }

    private static void RemoveFolder(SafeFileHandle root, byte[] name, ref long moved, CancellationToken cancellationToken)
    {
        using (var folder = TryOpen(root, name))
        {
            if (folder is null)
            {
                return;
            }

            using var listed = Open(folder, ".\0"u8.ToArray());
            var entries = new DirectoryEntries(listed);
            for (var names = entries.Next(); names.Count > 0; names = entries.Next())
            {
                foreach (var inner in names)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!TryRemoveFile(folder, inner))
                    {
                        MoveUp(folder, inner, root, ref moved);
                    }
                }
            }
        }

        // Not empty: the task has added something since. The next round comes by again.
        if (LinuxFile.TryUnlink(root, name, LinuxFile.RemoveDirectory) is not (0 or LinuxError.NotEmpty or LinuxError.NoEntry) and var error)
        {
            throw LinuxError.Of(error, "");
        }
    }

    private static void MoveUp(SafeFileHandle folder, byte[] inner, SafeFileHandle root, ref long moved)
    {
        while (true)
        {
            var target = LinuxFile.Terminated(string.Create(CultureInfo.InvariantCulture, $".removed-{moved++}-{Environment.TickCount64}"));
            switch (LinuxFile.TryMove(folder, inner, root, target))
            {
                case 0 or LinuxError.NoEntry:
                    return;
                case LinuxError.Exists:
                    // The task guessed the name; it does not guess for ever.
                    continue;
                case var error:
                    throw LinuxError.Of(error, "");
            }
        }
    }

    /// <summary>False for a folder; what is gone already counts as removed.</summary>
    private static bool TryRemoveFile(SafeFileHandle directory, byte[] name) => LinuxFile.TryUnlink(directory, name, 0) switch
    {
        0 or LinuxError.NoEntry => true,
        LinuxError.IsDirectory => false,
        var error => throw LinuxError.Of(error, ""),
    };

    /// <summary>Null when the task has put something else in its place since; the next round sees what.</summary>
    private static SafeFileHandle? TryOpen(SafeFileHandle parent, byte[] terminatedName)
    {
        try
        {
            return Open(parent, terminatedName);
        }
        catch (LinuxError e) when (e.Number is LinuxError.NoEntry or LinuxError.NotDirectory or LinuxError.TooManyLinks)
        {
            return null;
        }
    }

    private static SafeFileHandle Open(SafeFileHandle parent, byte[] terminatedName) =>
        LinuxFile.OpenBeneath(parent, terminatedName, LinuxFile.ReadOnly | LinuxFile.Directory | LinuxFile.NoFollow);
}
