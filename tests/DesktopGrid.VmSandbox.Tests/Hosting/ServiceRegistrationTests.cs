using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopGrid.VmSandbox.Tests.Hosting;

/// <summary>The library in a container of Microsoft.Extensions.DependencyInjection.</summary>
[CancelAfter(60_000)]
public sealed class ServiceRegistrationTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task One_host_is_opened_when_it_is_first_asked_for_and_shared(CancellationToken cancellationToken)
    {
        var store = _folder.File("store");
        await using var services = new ServiceCollection().AddVmSandbox(options => options.StorePath = store).BuildServiceProvider();
        var provider = services.GetRequiredService<SandboxHostProvider>();
        Directory.Exists(store).Should().BeFalse("nothing is opened before");

        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => services.GetRequiredService<SandboxHostProvider>().GetAsync(cancellationToken), cancellationToken)));

        hosts.Distinct().Should().ContainSingle().Which.StorePath.Should().Be(store);
        services.GetRequiredService<SandboxHostProvider>().Should().BeSameAs(provider);
    }

    [Test]
    public async Task It_is_closed_with_the_container(CancellationToken cancellationToken)
    {
        SandboxHostProvider provider;
        SandboxHost host;
        await using (var services = new ServiceCollection().AddVmSandbox(options => options.StorePath = _folder.File("store")).BuildServiceProvider())
        {
            provider = services.GetRequiredService<SandboxHostProvider>();
            host = await provider.GetAsync(cancellationToken);
        }

        await provider.Awaiting(it => it.GetAsync(cancellationToken)).Should().ThrowAsync<ObjectDisposedException>();
        await host.Awaiting(it => it.Machines.ListAsync(cancellationToken)).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Test]
    public async Task A_first_opening_that_fails_leaves_the_next_one_to_try_again(CancellationToken cancellationToken)
    {
        var store = _folder.File("store");
        await File.WriteAllTextAsync(store, "a file in its place", cancellationToken);
        await using var services = new ServiceCollection().AddVmSandbox(options => options.StorePath = store).BuildServiceProvider();
        var provider = services.GetRequiredService<SandboxHostProvider>();
        await provider.Awaiting(it => it.GetAsync(cancellationToken)).Should().ThrowAsync<SandboxException>();

        File.Delete(store);
        (await provider.GetAsync(cancellationToken)).StorePath.Should().Be(store);
    }

    [Test]
    public async Task A_second_registration_changes_nothing(CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection()
            .AddVmSandbox(options => options.StorePath = _folder.File("first"))
            .AddVmSandbox(options => options.StorePath = _folder.File("second"))
            .BuildServiceProvider();

        (await services.GetRequiredService<SandboxHostProvider>().GetAsync(cancellationToken)).StorePath.Should().Be(_folder.File("first"));
    }

    [Test]
    public async Task Options_may_come_from_other_services(CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection()
            .AddSingleton(new DirectoryInfo(_folder.File("from-a-service")))
            .AddVmSandbox(static (provider, options) => options.StorePath = provider.GetRequiredService<DirectoryInfo>().FullName)
            .BuildServiceProvider();

        (await services.GetRequiredService<SandboxHostProvider>().GetAsync(cancellationToken)).StorePath.Should().Be(_folder.File("from-a-service"));
    }

    [Test]
    public async Task Options_with_faults_fail_when_the_host_is_asked_for(CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddVmSandbox(static options => options.StorePath = "").BuildServiceProvider();

        await services.GetRequiredService<SandboxHostProvider>().Awaiting(it => it.GetAsync(cancellationToken)).Should().ThrowAsync<ArgumentException>();
    }
}
