namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>The host's end of a transfer. What fails here is the caller's file, so its exceptions pass unchanged.</summary>
internal static class HostFiles
{
    // For a file on a disk that sleeps, or on another computer.
    private static readonly TimeSpan OpenBound = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Opens a file to be sent: unbuffered, since transfers read large blocks. A pipe without a writer does not open until there is one, and
    /// the operating system cannot be told to give up: it is left to a thread that closes what it gets at last.
    /// </summary>
    public static async Task<FileStream> OpenReadAsync(string path, CancellationToken cancellationToken)
    {
        var opening = Task.Run(() => OpenRead(path), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(OpenBound, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            Abandon(opening);
            throw new IOException($"The file {path} was not opened within {OpenBound.TotalSeconds:0} s. A pipe without a writer is not, nor is a file on a disk that does not answer.", e);
        }
        catch (OperationCanceledException)
        {
            Abandon(opening);
            throw;
        }
    }

    /// <summary>
    /// Writes a file beside its place first and renames it: whoever looks at its name sees all of it or nothing. Its folder is made.
    /// </summary>
    public static async Task<T> WriteAsync<T>(string path, Func<Stream, Task<T>> write)
    {
        var target = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        // No longer for a longer target: a name may use all that the file system allows.
        var part = Path.Combine(folder, $".vmsandbox-{Path.GetRandomFileName()}.part");
        try
        {
            T answer;
            var file = new FileStream(part, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous });
            await using (file.ConfigureAwait(false))
            {
                answer = await write(file).ConfigureAwait(false);
            }

            File.Move(part, target, overwrite: true);
            return answer;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static FileStream OpenRead(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    private static void Abandon(Task<FileStream> opening) =>
        _ = opening.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
}
