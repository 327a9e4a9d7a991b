using System.Net.Sockets;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Sessions.Http;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Sessions.Http;

/// <summary>
/// A scripted stand-in for the guest's daemon on real Unix sockets, for what a hostile guest may do and the real daemon never does: lie,
/// flood, stand still, break off. The integration tests speak to the real one.
/// </summary>
internal sealed class ScriptedDaemonPeer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _serving = [];
    private readonly CancellationTokenSource _machineEnded = new();
    private int _connections;

    /// <summary>A peer that plays the script on every connection of every port.</summary>
    /// <param name="script">What it does.</param>
    /// <param name="request">How long a request may take.</param>
    /// <param name="stall">How long a transfer may stand still.</param>
    /// <param name="answersHello">Whether it answers the greeting of a port.</param>
    /// <param name="time">The host's clock.</param>
    public ScriptedDaemonPeer(Func<DaemonConversation, Task> script, TimeSpan? request = null, TimeSpan? stall = null, bool answersHello = true, TimeProvider? time = null)
    {
        var ports = new List<SerialPort>();
        foreach (var (name, number) in ChannelPorts.All.Select(static (name, number) => (name, number)))
        {
            var path = _folder.File($"p{number}");
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            _listeners.Add(listener);
            _serving.Add(AcceptAsync(listener, script, answersHello));
            ports.Add(new SerialPort(name, LocalEndpoint.At(path, 107)));
        }

        var options = new SessionOptions { RequestTimeout = request ?? TimeSpan.FromSeconds(30), TransferStallTimeout = stall ?? TimeSpan.FromSeconds(30) };
        Link = new HttpGuestLink(VmId.Parse("0123456789ab"), ports, isFresh: true, options, time ?? TimeProvider.System, _machineEnded.Token);
    }

    public HttpGuestLink Link { get; }

    public IDiskSession Session => Link.Session;

    /// <summary>How many connections were greeted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>As when QEMU has ended.</summary>
    public void EndMachine() => _machineEnded.Cancel();

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        await _closing.CancelAsync();
        _listeners.ForEach(static listener => listener.Dispose());
        await Task.WhenAll(_serving);
        _closing.Dispose();
        _machineEnded.Dispose();
        _folder.Dispose();
    }

    private async Task AcceptAsync(Socket listener, Func<DaemonConversation, Task> script, bool answersHello)
    {
        while (true)
        {
            try
            {
                var port = new NetworkStream(await listener.AcceptAsync(_closing.Token), ownsSocket: true);
                await using (port)
                {
                    // A script that waits for nobody any more ends with the test.
                    await PlayAsync(port, script, answersHello).WaitAsync(_closing.Token);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or EndOfStreamException)
            {
                // The host has closed this connection; the next may come.
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task PlayAsync(NetworkStream port, Func<DaemonConversation, Task> script, bool answersHello)
    {
        // Only to read from: a port that was left is flushed with many zeros, and a system call for each would take its time.
        var reader = new BufferedStream(port, ChannelFraming.FlushLength);
        var epoch = await DaemonConversation.FindHelloAsync(reader);
        if (answersHello)
        {
            await port.WriteAsync((byte[])[.. ChannelFraming.ReadyMagic, .. epoch]);
            Interlocked.Increment(ref _connections);
        }

        await script(new DaemonConversation(port, reader, epoch));
    }
}
