using System.Diagnostics;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>Brings machines into the states that tests begin in.</summary>
internal static class TestMachines
{
    public static async Task<VmId> StartNewAsync(this SandboxHost host, VmOptions? options = null, CancellationToken cancellationToken = default)
    {
        var id = await host.Machines.CreateAsync(options ?? new VmOptions(), cancellationToken);
        await host.Machines.StartAsync(id, cancellationToken);
        return id;
    }

    public static async Task<VmState> StateAsync(this SandboxHost host, VmId id) => (await host.Machines.GetStatusAsync(id)).State;

    /// <summary>Kills a machine's QEMU from outside.</summary>
    public static async Task KillQemuAsync(this SandboxHost host, VmId id) => Kill((await host.Machines.GetStatusAsync(id)).ProcessId!.Value);

    /// <summary>Kills it and waits until the catalog knows.</summary>
    public static async Task CrashAsync(this SandboxHost host, VmId id)
    {
        await host.KillQemuAsync(id);
        await WaitForStateAsync(host, id, VmState.Failed);
    }

    public static async Task WaitForStateAsync(this SandboxHost host, VmId id, VmState state)
    {
        var clock = Stopwatch.StartNew();
        while (await host.StateAsync(id) != state && clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(20);
        }

        (await host.StateAsync(id)).Should().Be(state);
    }

    /// <summary>SIGKILL to exactly this process.</summary>
    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }
}
