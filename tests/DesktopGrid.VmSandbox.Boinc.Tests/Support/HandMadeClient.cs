using System.Text;
using DesktopGrid.VmSandbox.Boinc.SharedMemory;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Support;

/// <summary>The client's side of the shared memory, by hand: for words that the real client does not say on command.</summary>
internal sealed class HandMadeClient : IDisposable
{
    private readonly FileStream _file;

    public HandMadeClient(TempSlot slot, int clientProcess, string initData = "")
    {
        var path = slot.Put("boinc_mmap_file", new string('\0', 8192));
        slot.Put("init_data.xml", initData.Length > 0 ? initData : InitDataText.Of(slot.Project, slot.DataDirectory, clientProcess));
        _file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    public void Say(ClientChannel channel, string text)
    {
        Write(((int)channel * 1024) + 1, Encoding.UTF8.GetBytes(text + "\0"));
        Write((int)channel * 1024, [1]);
    }

    /// <summary>What the application says next; null when it says nothing within the time.</summary>
    public async Task<string?> HearAsync(ClientChannel channel, CancellationToken cancellationToken)
    {
        var bytes = new byte[1024];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var looks = 0; looks < 500 && await timer.WaitForNextTickAsync(cancellationToken); looks++)
        {
            RandomAccess.Read(_file.SafeFileHandle, bytes, (int)channel * 1024);
            if (bytes[0] != 0)
            {
                Write((int)channel * 1024, [0]);
                return Encoding.UTF8.GetString(bytes, 1, Array.IndexOf(bytes, (byte)0, 1) - 1);
            }
        }

        return null;
    }

    public void Dispose() => _file.Dispose();

    private void Write(long at, byte[] bytes) => RandomAccess.Write(_file.SafeFileHandle, bytes, at);
}
