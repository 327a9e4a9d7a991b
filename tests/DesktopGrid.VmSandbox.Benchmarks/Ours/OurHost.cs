using DesktopGrid.VmSandbox.Benchmarks.Measuring;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Benchmarks.Ours;

/// <summary>An open host of the library, as its users open it, but for what would make two ways incomparable.</summary>
internal sealed class OurHost(SandboxHost host) : IAsyncDisposable
{
    /// <summary>RAM of every guest that is measured, ours and by hand.</summary>
    public const int MemoryMiB = 512;

    public SandboxHost Host => host;

    public IVmManager Machines => host.Machines;

    public static async Task<OurHost> OpenAsync(BenchFolder folder, CancellationToken cancellationToken)
    {
        var options = new SandboxHostOptions { StorePath = folder.New("store") };
        // The figures are those of emulation, which every host has.
        options.Qemu.Accelerator = Accelerator.Tcg;
        // Both ways at the same priority: at the default one this would measure what else the computer is doing.
        options.Qemu.Priority = ProcessPriority.Normal;
        return new OurHost(await SandboxHost.OpenAsync(options, cancellationToken: cancellationToken));
    }

    /// <summary>A new machine that does not run, and that will be booted if nothing else is said.</summary>
    public Task<VmId> CreateAsync(CancellationToken cancellationToken, bool warmStart = false, int memoryMiB = MemoryMiB, bool shareMemory = false) =>
        Machines.CreateAsync(new VmOptions { MemoryMiB = memoryMiB, WarmStart = warmStart, ShareMemory = shareMemory }, cancellationToken);

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
