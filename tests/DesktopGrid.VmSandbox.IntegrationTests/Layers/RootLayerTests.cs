using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Layers;

/// <summary>A whole root in the image's place: tasks see it, and nothing of the image but what they are given.</summary>
[CancelAfter(240_000)]
internal sealed class RootLayerTests : StoreFixture
{
    private const string Root = "small";

    // The image's own daemon is not in this root, and its message tool is.
    private const string Look = "cat /etc/issue; ls /; echo of usr/bin: $(ls /usr/bin | grep -c .); cat /proc/self/mounts | grep -c ' / overlay ro,'; msg_to_host seen yes; echo kept > kept";

    private Layer _root = null!;

    [OneTimeSetUp]
    public async Task MakeRootAsync() => _root = await Store.AddRootAsync(Root, CancellationToken.None);

    [Test]
    [Order(1)]
    public async Task Tasks_run_in_it_warm_and_cold_and_after_a_checkpoint(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { Image = Root, MemoryMiB = 128 }, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).Should().BeEquivalentTo(new { StartPath = StartPath.Template, Image = "tiny", Layers = (string[])[Root] });
        await SeesRootAsync(id, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAndWaitForAsync(SessionPhrases.Shell("echo begun; until [ -e go ]; do :; done; cat /etc/issue kept"), "begun", cancellationToken);
        await Host.Machines.CheckpointAsync(id, "begun", cancellationToken);
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);

        await Host.Machines.ResumeAsync(id, "begun", cancellationToken);
        session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("go", "", cancellationToken: cancellationToken);
        (await session.FollowToEndAsync(cancellationToken)).Output.Should().EndWith($"the root {Root}\nkept\n");
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);

        await Host.Machines.StartAsync(id, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).StartPath.Should().Be(StartPath.Cold);
        await SeesRootAsync(id, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [Order(2)]
    public async Task An_addition_lies_over_it_and_inputs_by_disk_are_in_its_work_directory(CancellationToken cancellationToken)
    {
        await Store.AddLayerAsync("more", LayerKind.Addition, static tree => tree.Text("usr/bin/more-issue", "#!/bin/sh\ncat /etc/more /etc/issue\n", executable: true).Text("etc/more", "and more\n"));
        var bulk = new string('x', 4_000_000);

        var result = await Host.RunAsync(
            TestJobs.Shell("more-issue; ls -l bulk | grep -c 4000000; echo ok >> bulk") with
            {
                Machine = new VmOptions { Layers = [Root, "more"], MemoryMiB = 128 },
                Inputs = [JobFile.FromText("bulk", bulk)],
            },
            cancellationToken: cancellationToken);

        result.StandardOutput.Text().Should().Be($"and more\nthe root {Root}\n1\n", result.StandardError.Text());
        result.ExitCode.Should().Be(0);
    }

    [Test]
    [Order(3)]
    public async Task A_checkpoint_goes_on_in_another_store_that_has_the_layer_and_in_no_other(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { Layers = [Root], MemoryMiB = 128 }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAndWaitForAsync(SessionPhrases.Shell("echo begun; until [ -e go ]; do :; done; cat /etc/issue"), "begun", cancellationToken);
        await Host.Machines.CheckpointAsync(id, "begun", cancellationToken);
        await Host.Machines.StopAsync(id, TimeSpan.Zero, cancellationToken);
        using var file = new MemoryStream();
        await Host.Machines.ExportCheckpointAsync(id, "begun", file, cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);

        await using var there = await TempStore.OpenAsync();
        var failure = (await there.Host.Awaiting(host => host.Machines.ImportCheckpointAsync(Again(), cancellationToken: cancellationToken)).Should().ThrowAsync<ImageException>()).Which;
        (failure.Code, failure.Step).Should().Be((SandboxErrorCode.ImageMissing, "import.image"));
        failure.Message.Should().Contain(Root).And.Contain(_root.Id);
        (await there.Host.Machines.ListAsync(cancellationToken)).Should().BeEmpty();

        there.AddDisk(Root, LayerKind.Root, _root.DiskPath).Id.Should().Be(_root.Id);
        id = await there.Host.Machines.ImportCheckpointAsync(Again(), cancellationToken: cancellationToken);
        await there.Host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        session = await there.Host.OpenSessionAsync(id, cancellationToken);
        await session.PutTextAsync("go", "", cancellationToken: cancellationToken);
        (await session.FollowToEndAsync(cancellationToken)).Output.Should().EndWith($"the root {Root}\n");
        await there.Host.Machines.DestroyAsync(id, cancellationToken);

        MemoryStream Again() => new(file.ToArray(), writable: false);
    }

    private async Task SeesRootAsync(VmId id, CancellationToken cancellationToken)
    {
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        var end = await session.ShellAsync(Look, cancellationToken);
        end.Output.Should().Be($"the root {Root}\nbin\ndev\netc\nlost+found\nproc\nrun\nsys\ntmp\nusr\nvar\nwork\nof usr/bin: 18\n1\n", end.Errors);
        end.Messages.Should().ContainSingle().Which.Key.Should().Be("seen");
    }
}
