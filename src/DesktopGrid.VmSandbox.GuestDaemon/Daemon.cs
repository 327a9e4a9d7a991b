using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.Control;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Disks;
using DesktopGrid.VmSandbox.GuestDaemon.Execution;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.Layers;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;
using DesktopGrid.VmSandbox.GuestDaemon.Transport;

namespace DesktopGrid.VmSandbox.GuestDaemon;

/// <summary>
/// The communication daemon, the guest's first process: joins message handler, data handler and execution environment behind one HTTP server.
/// It only answers. When it dies the kernel panics, and with <c>panic=1</c> and QEMU's <c>-no-reboot</c> the machine ends.
/// </summary>
internal static class Daemon
{
    private const uint TaskUserId = 1000;
    private const int MinThreads = 16;

    public static async Task<int> RunAsync()
    {
        Machine.MountKernelFileSystems();
        Machine.KeepCodeInMemory();
        LinuxLimits.Apply();
        // A thread that waits for the disk must not keep a ping waiting for a thread; the pool grows by two a second only.
        ThreadPool.SetMinThreads(MinThreads, MinThreads);
        var layout = new GuestLayout("");
        layout.Prepare();
        var changed = new ChangeSignal();
        var outbox = new Outbox(changed);
        using var messages = new MessageSocket(layout.MessageSocket, outbox);
        using var ground = new TaskGround(messages, new TaskRoot(layout, LayerLine.Parse(Environment.GetEnvironmentVariable(LayerLine.Variable))));
        using var inbox = new Inbox(layout.Inbox, TaskUserId);
        using var work = new WorkDirectory(layout.Work, TaskUserId);
        var channels = new Channels(work, outbox);
        using var execution = new ExecutionEnvironment(layout, work, new TaskUser(TaskUserId), ground, inbox, channels, outbox, changed);
        var router = new Router();
        new ControlEndpoints(execution).Map(router);
        new FileEndpoints(work, execution.ResetAsync, layout).Map(router);
        new DiskEndpoints(work, layout, new InputDisk(work, layout, TaskUserId)).Map(router);
        new TaskEndpoints(execution).Map(router);
        new MessageEndpoints(inbox, channels, outbox).Map(router);

        var ports = await PortDiscovery.FindAllAsync();
        DaemonLog.Write($"version {DaemonVersion.Text}, protocol {ProtocolVersion.Current}, {ports.Count} ports");
        using var server = new PortServer(router.InvokeAsync);
        await server.StartAsync(ports, CancellationToken.None);
        // The first process never ends of itself; the machine ends with it.
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
