using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Qemu;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>A store in a folder of its own, with the real guest image and the real QEMU; removed at the end.</summary>
internal sealed class TempStore : IAsyncDisposable
{
    private TempStore(string folder) => Folder = folder;

    public string Folder { get; }

    public string StorePath => Path.Combine(Folder, "store");

    public SandboxHost Host { get; private set; } = null!;

    public static async Task<TempStore> OpenAsync(Action<SandboxHostOptions>? configure = null)
    {
        var store = new TempStore(Directory.CreateTempSubdirectory("vmsandbox-test-").FullName);
        store.Host = await store.OpenHostAsync(configure);
        return store;
    }

    /// <summary>Another host on the same store.</summary>
    public Task<SandboxHost> OpenHostAsync(Action<SandboxHostOptions>? configure = null, ILoggerFactory? loggers = null)
    {
        var options = new SandboxHostOptions { StorePath = StorePath };
        // The build machine has no working KVM; one test proves that the verdict is found, the others do not wait for it.
        options.Qemu.Accelerator = Accelerator.Tcg;
        // Tests share the computer with builds; what the default priority is, one test looks at.
        options.Qemu.Priority = ProcessPriority.Normal;
        configure?.Invoke(options);
        return SandboxHost.OpenAsync(options, loggers ?? TestLog.Factory);
    }

    public string Path_(string name) => Path.Combine(Folder, name);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
