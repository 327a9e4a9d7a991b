using DesktopGrid.VmSandbox.Primitives;
using NUnit.Framework.Interfaces;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>Tests that share one store, each of which must leave it empty.</summary>
internal abstract class StoreFixture
{
    private LeakCheck _leaks = null!;

    protected TempStore Store { get; private set; } = null!;

    protected SandboxHost Host => Store.Host;

    /// <summary>Whether its tests kill other hosts of the store at any moment.</summary>
    protected virtual bool KillsHosts => false;

    [OneTimeSetUp]
    public async Task OpenStoreAsync() => Store = await TempStore.OpenAsync();

    [SetUp]
    public void RememberWhatThereIs() => _leaks = LeakCheck.Begin(Store, KillsHosts);

    /// <summary>A test that has failed may have left anything: that is removed, so that the next ones are judged by themselves.</summary>
    [TearDown]
    public async Task NothingIsLeftAsync()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            await RemoveAllAsync();
            return;
        }

        await _leaks.NothingIsLeftAsync();
    }

    [OneTimeTearDown]
    public async Task CloseStoreAsync() => await Store.DisposeAsync();

    private async Task RemoveAllAsync()
    {
        foreach (var machine in await Host.Machines.ListAsync())
        {
            try
            {
                await Host.Machines.DestroyAsync(machine.Id);
            }
            catch (SandboxException e)
            {
                await TestContext.Out.WriteLineAsync($"left behind: {e.Message}");
            }
        }
    }
}
