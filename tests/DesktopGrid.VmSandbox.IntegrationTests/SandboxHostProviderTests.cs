using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopGrid.VmSandbox.IntegrationTests;

/// <summary>The host as a service of a container.</summary>
internal sealed class SandboxHostProviderTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("vmsandbox-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [CancelAfter(180_000)]
    public async Task A_container_opens_one_host_when_it_is_asked_for_and_closes_it_at_its_end(CancellationToken cancellationToken)
    {
        var services = new ServiceCollection().AddVmSandbox(options =>
        {
            options.StorePath = _folder;
            options.Qemu.Accelerator = DesktopGrid.VmSandbox.Qemu.Accelerator.Tcg;
        });
        SandboxHost host;
        await using (var container = services.BuildServiceProvider())
        {
            var provider = container.GetRequiredService<SandboxHostProvider>();
            Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty("nothing is opened before it is asked for");
            var hosts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => provider.GetAsync(cancellationToken)));
            host = hosts.Distinct().Should().ContainSingle().Which;
            (await host.RunAsync(TestJobs.Shell("exit 8"), cancellationToken)).ExitCode.Should().Be(8);
        }

        await FluentActions.Awaiting(() => host.Machines.ListAsync(cancellationToken)).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Test]
    public async Task A_host_that_could_not_be_opened_is_tried_again_by_the_next_call()
    {
        var store = Path.Combine(_folder, "store");
        await File.WriteAllTextAsync(store, "in the way");
        await using var provider = new SandboxHostProvider(new SandboxHostOptions { StorePath = store });
        await FluentActions.Awaiting(() => provider.GetAsync()).Should().ThrowAsync<SandboxException>();

        File.Delete(store);

        (await provider.GetAsync()).StorePath.Should().Be(store);
    }
}
