using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>The task verbs in the forms that callers need most: host files, texts, and the end of the program.</summary>
public static class SandboxSessionExtensions
{
    /// <summary>Puts a file of the host.</summary>
    /// <param name="session">The session.</param>
    /// <param name="hostPath">The file; its exceptions pass unchanged.</param>
    /// <param name="path">Where it goes; null for its own name in the work directory.</param>
    /// <param name="executable">Whether it may be run as a program.</param>
    /// <param name="progress">Told now and then, and once at the end.</param>
    /// <param name="cancellationToken">Gives up; the guest's old file, if any, stands.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="SessionException">The guest refused, or does not answer.</exception>
    public static async Task<long> PutFileAsync(this ISandboxSession session, string hostPath, string? path = null, bool executable = false, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentException.ThrowIfNullOrEmpty(hostPath);
        var content = await HostFiles.OpenReadAsync(hostPath, cancellationToken).ConfigureAwait(false);
        await using var scope = content.ConfigureAwait(false);
        return await session.PutAsync(path ?? Path.GetFileName(hostPath), content, executable, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a small file made of a text, in UTF-8.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="text">Its content.</param>
    /// <param name="executable">Whether it may be run as a program, such as a script.</param>
    /// <param name="cancellationToken">Gives up; the guest's old file, if any, stands.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="SessionException">The guest refused, or does not answer.</exception>
    public static Task<long> PutTextAsync(this ISandboxSession session, string path, string text, bool executable = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(text);
        return session.PutAsync(path, new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false), executable, null, cancellationToken);
    }

    /// <summary>Gets a file onto the host. Its folder is made, an old file is replaced in one step when all bytes are there.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">Which.</param>
    /// <param name="hostPath">Where it goes; its exceptions pass unchanged.</param>
    /// <param name="maxBytes">The most bytes to take; more is a failure. Null for no bound: the guest then decides how full the host's disk gets.</param>
    /// <param name="progress">Told now and then, and once at the end.</param>
    /// <param name="cancellationToken">Gives up; the host's old file, if any, stands.</param>
    /// <returns>Bytes read.</returns>
    /// <exception cref="SessionException">The guest refused, does not answer, or its file is larger than <paramref name="maxBytes"/>.</exception>
    public static Task<long> GetFileAsync(this ISandboxSession session, string path, string hostPath, long? maxBytes = null, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentException.ThrowIfNullOrEmpty(hostPath);
        return HostFiles.WriteAsync(hostPath, file => session.GetAsync(path, file, maxBytes, progress, cancellationToken));
    }

    /// <summary>Gets a small file as a text, read as UTF-8; broken bytes become U+FFFD. Hostile text, as everything from the guest.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">Which.</param>
    /// <param name="maxBytes">The most bytes to take; more is a failure. Default 1 MiB.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The text.</returns>
    /// <exception cref="SessionException">The guest refused, does not answer, or its file is larger than <paramref name="maxBytes"/>.</exception>
    public static async Task<string> GetTextAsync(this ISandboxSession session, string path, int maxBytes = 1024 * 1024, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        using var content = new MemoryStream();
        await session.GetAsync(path, content, maxBytes, null, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    /// <summary>Puts a text into the program's inbox, in UTF-8.</summary>
    /// <param name="session">The session.</param>
    /// <param name="key">Its name: letters, digits, <c>_ - .</c>, at most 64.</param>
    /// <param name="value">Its content, at most 64 KiB in UTF-8.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is there.</returns>
    /// <exception cref="SessionException">The guest refused, or does not answer.</exception>
    public static Task MessageToGuestAsync(this ISandboxSession session, string key, string value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(value);
        return session.MessageToGuestAsync(key, Encoding.UTF8.GetBytes(value), cancellationToken);
    }

    /// <summary>Waits for the program's end without taking its output.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Stops waiting; the program goes on.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="SessionException">No program was started, or the guest does not answer.</exception>
    public static async Task<GuestTaskStatus> WaitForEndAsync(this ISandboxSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        // Beyond everything that will ever be written: only the end is news.
        await foreach (var happened in session.FollowAsync(new TaskPosition(long.MaxValue, long.MaxValue, long.MaxValue), cancellationToken).ConfigureAwait(false))
        {
            if (happened is TaskEnded ended)
            {
                return ended.Status;
            }
        }

        throw new SessionException(SandboxErrorCode.SessionProtocol, "The guest's daemon stopped telling about the program before its end.");
    }
}
