using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>
/// Messages to the program: files in a folder that it owns, named NUMBER-KEY, each appearing in one step; it reads and removes them as it likes.
/// </summary>
internal sealed class Inbox(string path, uint owner) : IDisposable
{
    private readonly WorkDirectory _folder = new(path, owner);
    private long _number;

    public void Add(string key, ReadOnlySpan<byte> value)
    {
        if (key.Length is 0 or > ProtocolLimits.MaxMessageKeyLength || !key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw new RequestException(GuestErrorCode.BadRequest, $"A message's name has 1 to {ProtocolLimits.MaxMessageKeyLength} letters, digits, \"_\", \"-\" or \".\".");
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _number):D9}-{key}");
        using var file = _folder.BeginFile(name, 0b110_000_000);
        RandomAccess.Write(file.File, value, 0);
        file.Commit();
    }

    public void Clear()
    {
        _folder.Delete(RelativePath.Root, recursive: true, CancellationToken.None);
        _number = 0;
    }

    public void Dispose() => _folder.Dispose();
}
