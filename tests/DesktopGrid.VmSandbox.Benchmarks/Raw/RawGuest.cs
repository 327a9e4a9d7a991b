using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Qmp;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox.Benchmarks.Raw;

/// <summary>A guest run by hand: what its shell does for a line on its command port. For one user at a time, pings aside.</summary>
internal sealed class RawGuest : IAsyncDisposable
{
    private const int Echo = 1, Command = 2, Data = 3;

    // As large as a pipe or a page of tables ever is: above 32 KiB a larger block was seen to gain nothing.
    private const int BlockSize = 64 * 1024;

    private readonly RawQemu _qemu;
    private readonly byte[] _byte = new byte[1];
    private readonly byte[] _block = new byte[Pattern.BlockSize];
    private NetworkStream _echo = null!;
    private NetworkStream _command = null!;
    private NetworkStream _data = null!;

    private RawGuest(RawQemu qemu) => _qemu = qemu;

    public string Overlay => _qemu.Overlay;

    /// <summary>Starts QEMU, and comes back with the first byte of an answer from the guest's userspace.</summary>
    /// <param name="image">The image.</param>
    /// <param name="folder">Where its overlay is made already.</param>
    /// <param name="memoryMiB">Its RAM.</param>
    /// <param name="onConsole">Given the console's stream as soon as QEMU runs; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="disks">More disks; null for none.</param>
    public static async Task<RawGuest> BootAsync(RawImage image, string folder, int memoryMiB, Action<Stream>? onConsole, CancellationToken cancellationToken, RawDisks? disks = null)
    {
        var guest = new RawGuest(RawQemu.Start(image, folder, memoryMiB, disks));
        try
        {
            await guest.ConnectAsync(onConsole, cancellationToken);
            await guest.PingAsync(cancellationToken);
            return guest;
        }
        catch
        {
            guest._qemu.Dispose();
            throw;
        }
    }

    public TimeSpan CpuTime => _qemu.CpuTime;

    /// <summary>One byte there and back.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await _echo.WriteAsync(_byte, cancellationToken);
        await _echo.ReadExactlyAsync(_byte, cancellationToken);
    }

    public async Task PutAsync(string name, long length, Pattern pattern, CancellationToken cancellationToken)
    {
        await AskAsync("put", name, length, cancellationToken);
        for (var offset = 0L; offset < length;)
        {
            var block = pattern.At(offset, length - offset);
            await _data.WriteAsync(block, cancellationToken);
            offset += block.Length;
        }

        await AnsweredAsync(cancellationToken);
    }

    public async Task GetAsync(string name, long length, Pattern pattern, CancellationToken cancellationToken)
    {
        await AskAsync("get", name, length, cancellationToken);
        for (var offset = 0L; offset < length;)
        {
            var read = await _data.ReadAsync(_block, cancellationToken);
            pattern.Check(_block.AsSpan(0, read), offset);
            offset += read;
        }

        await AnsweredAsync(cancellationToken);
    }

    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await AskAsync("remove", name, 0, cancellationToken);
        await AnsweredAsync(cancellationToken);
    }

    /// <summary>Mounts the first of the other disks, and reads a file of it.</summary>
    public async Task MountAsync(string name, CancellationToken cancellationToken)
    {
        await AskAsync("mount", name, 0, cancellationToken);
        await AnsweredAsync(cancellationToken);
    }

    /// <summary>Copies a file to the first of the other disks, past the guest's cache.</summary>
    public async Task CopyOutAsync(string name, CancellationToken cancellationToken)
    {
        await AskAsync("out", name, 0, cancellationToken);
        await AnsweredAsync(cancellationToken);
    }

    public async Task ComputeAsync(int seconds, CancellationToken cancellationToken)
    {
        await AskAsync("compute", "-", seconds, cancellationToken);
        await AnsweredAsync(cancellationToken);
    }

    /// <summary>Lets the guest's shell hash a file of so many zeros, which it makes first where there is none.</summary>
    public async Task WorkAsync(long length, CancellationToken cancellationToken)
    {
        await AskAsync("work", "-", length, cancellationToken);
        await AnsweredAsync(cancellationToken);
    }

    /// <summary>Lets the guest hold so many random bytes in its memory from now on.</summary>
    public async Task FillAsync(long length, CancellationToken cancellationToken)
    {
        await AskAsync("fill", "-", length, cancellationToken);
        await AnsweredAsync(cancellationToken);
    }

    /// <summary>QEMU's monitor; the caller's.</summary>
    public async Task<QmpClient> OpenMonitorAsync(CancellationToken cancellationToken) =>
        await QmpClient.ConnectAsync(await _qemu.ConnectAsync(RawQemu.Monitor, cancellationToken), new QmpOptions(), TimeProvider.System, NullLogger.Instance, cancellationToken);

    /// <summary>Lets the guest write everything to its disk and end.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await AskAsync("end", "-", 0, cancellationToken);
        await _qemu.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _qemu.Dispose();
        await _echo.DisposeAsync();
        await _command.DisposeAsync();
        await _data.DisposeAsync();
    }

    private async Task ConnectAsync(Action<Stream>? onConsole, CancellationToken cancellationToken)
    {
        _echo = await _qemu.ConnectAsync(Echo, cancellationToken);
        _command = await _qemu.ConnectAsync(Command, cancellationToken);
        _data = await _qemu.ConnectAsync(Data, cancellationToken);
        if (onConsole is not null)
        {
            onConsole(await _qemu.ConnectAsync(0, cancellationToken));
        }
    }

    /// <summary>A length of several blocks is a multiple of them.</summary>
    private async Task AskAsync(string verb, string name, long length, CancellationToken cancellationToken)
    {
        var (size, count) = length < BlockSize ? (length, 1L) : (BlockSize, length / BlockSize);
        await _command.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{verb} {name} {size} {count}\n")), cancellationToken);
    }

    private async Task AnsweredAsync(CancellationToken cancellationToken)
    {
        var answer = new byte["done\n".Length];
        await _command.ReadExactlyAsync(answer, cancellationToken);
        if (!answer.AsSpan().SequenceEqual("done\n"u8))
        {
            throw new InvalidDataException("The guest's shell answered something else.");
        }
    }
}
