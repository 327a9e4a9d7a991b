using DesktopGrid.VmSandbox.ConsoleHost.Failures;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>The files of this computer that put reads and get writes. Of a folder the operating system would say that access is denied.</summary>
internal static class OwnFiles
{
    public static FileStream OpenRead(string path)
    {
        Demand(path);
        return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
    }

    /// <exception cref="CannotWriteException">The file cannot be written.</exception>
    public static async Task<long> WriteAsync(string path, Func<Task<long>> write)
    {
        Demand(path);
        try
        {
            return await write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotWriteException(path, e);
        }
    }

    private static void Demand(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"{path} is a folder; name a file.");
        }
    }
}
