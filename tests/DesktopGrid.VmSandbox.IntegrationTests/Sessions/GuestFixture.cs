using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;
using NUnit.Framework.Interfaces;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>
/// One running machine for all tests of a class, since a boot costs seconds of a core. Each test begins with no program and an empty work
/// directory; one that ends the machine costs the next a boot.
/// </summary>
public abstract class GuestFixture
{
    private protected TempStore Store { get; private set; } = null!;

    private protected VmId Machine { get; private set; }

    private protected ISandboxSession Session { get; private set; } = null!;

    private protected virtual VmOptions Options => new();

    private protected virtual void Configure(SandboxHostOptions options)
    {
    }

    /// <summary>Puts into the store what the machine is to be made of.</summary>
    private protected virtual Task PrepareAsync() => Task.CompletedTask;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        Store = await TempStore.OpenAsync(Configure);
        await PrepareAsync();
        await BootAsync();
    }

    [SetUp]
    public async Task BeginEmptyAsync()
    {
        if ((await Store.Host.Machines.GetStatusAsync(Machine)).State != VmState.Running)
        {
            await Store.Host.Machines.DestroyAsync(Machine);
            await BootAsync();
        }

        await Session.StopAsync(TimeSpan.Zero);
        await Session.DeleteAsync(".", recursive: true);
    }

    [TearDown]
    public async Task ShowTheLogOfAFailureAsync()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            await foreach (var line in Store.Host.ReadLogAsync(Machine, new LogQuery { Tail = 40 }))
            {
                TestContext.Out.WriteLine($"{line.Time:HH:mm:ss.fff} {line.Source}: {line.Text}");
            }
        }
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await Store.Host.Machines.DestroyAsync(Machine);
        await Store.DisposeAsync();
    }

    private async Task BootAsync()
    {
        Machine = await Store.Host.Machines.CreateAsync(Options);
        await Store.Host.Machines.StartAsync(Machine);
        Session = await Store.Host.OpenSessionAsync(Machine);
    }
}
