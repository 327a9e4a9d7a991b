using DesktopGrid.VmSandbox.GuestDaemon.Control;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Execution;
using DesktopGrid.VmSandbox.GuestDaemon.Kernel;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DesktopGrid.VmSandbox.GuestDaemon;

/// <summary>
/// The communication daemon, the guest's first process: joins message handler, data handler and execution environment behind one HTTP server.
/// It only answers. When it dies the kernel panics, and with <c>panic=1</c> and QEMU's <c>-no-reboot</c> the machine ends.
/// </summary>
internal static class Daemon
{
    private const uint TaskUserId = 1000;
    private static readonly TimeSpan Forever = TimeSpan.FromDays(3650);

    public static async Task<int> RunAsync()
    {
        Machine.MountKernelFileSystems();
        var layout = new GuestLayout("");
        layout.Prepare();
        var changed = new ChangeSignal();
        var outbox = new Outbox(changed);
        using var reaper = new Reaper();
        using var inbox = new Inbox(layout.Inbox, TaskUserId);
        using var work = new WorkDirectory(layout.Work, TaskUserId);
        using var execution = new ExecutionEnvironment(layout, work, new TaskUser(TaskUserId), reaper, inbox, outbox, changed);
        var router = new Router();
        new ControlEndpoints(execution).Map(router);
        new FileEndpoints(work, execution, layout).Map(router);
        new TaskEndpoints(execution).Map(router);
        new MessageEndpoints(inbox, outbox).Map(router);

        reaper.Start();
        using var messages = new MessageSocket(layout.MessageSocket, outbox);
        messages.Start();
        var ports = await PortDiscovery.FindAllAsync();
        DaemonLog.Write($"version {DaemonVersion.Text}, protocol {Contracts.ProtocolVersion.Current}, {ports.Count} ports");
        await using var app = Build(ports);
        app.Run(router.InvokeAsync);
        await app.RunAsync();
        return 0;
    }

    private static WebApplication Build(IReadOnlyList<PortEndPoint> ports)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IConnectionListenerFactory, PortListenerFactory>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            var limits = options.Limits;
            limits.MaxRequestBodySize = null;
            // The port is the connection: it may be silent for days, and a slow host is no attacker. (TimeSpan.MaxValue overflows Kestrel's clock.)
            limits.KeepAliveTimeout = Forever;
            limits.RequestHeadersTimeout = Forever;
            limits.MinRequestBodyDataRate = null;
            limits.MinResponseDataRate = null;
            limits.MaxRequestBufferSize = null;
            limits.MaxResponseBufferSize = null;
            foreach (var port in ports)
            {
                options.Listen(port, static listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        return builder.Build();
    }
}
