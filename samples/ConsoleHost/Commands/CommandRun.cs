using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>One run of one command: its words, its screen, and the host that it works with.</summary>
internal sealed class CommandRun(ParseResult parsed, GlobalOptions globals, Screen screen) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private SandboxHost? _host;

    public ParseResult Parsed => parsed;

    public Screen Screen => screen;

    /// <summary>The host that the command line asks for, not opened.</summary>
    public SandboxHostOptions HostOptions => globals.Host(parsed);

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>An argument's value; the parser has refused a command line without one that is needed.</summary>
    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    public async Task<SandboxHost> HostAsync(CancellationToken cancellationToken) =>
        _host ??= await SandboxHost.OpenAsync(globals.Host(parsed), new ScreenLogger(screen), cancellationToken);

    public async Task<ISandboxSession> SessionAsync(VmId machine, CancellationToken cancellationToken)
    {
        var host = await HostAsync(cancellationToken);
        return await WhenFreeAsync(() => host.OpenSessionAsync(machine, cancellationToken), cancellationToken);
    }

    public static Task WhenFreeAsync(Func<Task> verb, CancellationToken cancellationToken) => WhenFreeAsync(
        async () =>
        {
            await verb();
            return true;
        },
        cancellationToken);

    /// <summary>A machine belongs to one process at a time; another call of this program may be just about to let go of it.</summary>
    public static async Task<T> WhenFreeAsync<T>(Func<Task<T>> verb, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await verb();
            }
            catch (SandboxException e) when (e.Code == SandboxErrorCode.MachineBusy && TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
}
