using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Layers;

/// <summary>A layer that is missing, damaged or of no use ends what needs it with a clear word, and leaves nothing.</summary>
[CancelAfter(240_000)]
internal sealed class FaultyLayerTests : StoreFixture
{
    private string[] _names = [];

    [OneTimeSetUp]
    public void MakeLayers()
    {
        var disk = Store.Path_("noise");
        foreach (var number in Enumerable.Range(1, 9))
        {
            File.WriteAllText(disk, string.Concat(Enumerable.Repeat($"this is no file system {number}\n", 4096)));
            Store.AddDisk($"noise{number}", number == 9 ? LayerKind.Root : LayerKind.Addition, disk);
        }

        _names = [.. Enumerable.Range(1, 8).Select(static number => $"noise{number}")];
    }

    [Test]
    public async Task One_that_the_store_does_not_have_is_named()
    {
        var failure = await Host.Awaiting(static host => host.Machines.CreateAsync(new VmOptions { Layers = ["there-is-none"] })).Should().ThrowAsync<ImageException>();

        failure.Which.Code.Should().Be(SandboxErrorCode.ImageMissing);
        failure.Which.Message.Should().Contain("\"there-is-none\"").And.Contain("noise1");
    }

    [Test]
    public async Task Too_many_the_same_twice_or_a_root_above_others_are_refused()
    {
        await RefusedAsync("8 layers, not 9", [.. _names, "noise9"]);
        await RefusedAsync("noise1 is named twice", ["noise1", "noise1"]);
        await RefusedAsync("noise9 is a whole root", ["noise1", "noise9"]);
    }

    [Test]
    public async Task One_that_is_no_file_system_ends_the_job_that_needs_it(CancellationToken cancellationToken)
    {
        var failure = await Host.FailAsync(TestJobs.Shell("true") with { Machine = new VmOptions { Layers = ["noise1"], WarmStart = false } }, SandboxErrorCode.GuestLayerUnusable, TaskFate.NeverStarted, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("Layer 0 of the machine is of no use").And.Contain("ext4");
    }

    [Test]
    public async Task One_with_a_folder_over_a_link_of_what_lies_below_is_refused(CancellationToken cancellationToken)
    {
        await Store.AddLayerAsync("lowest", LayerKind.Root, static tree => tree.Text("usr/bin/x", "x").Link("bin", "usr/bin"));
        await Store.AddLayerAsync("above", LayerKind.Addition, static tree => tree.Text("bin/y", "y"));

        var failure = await Host.FailAsync(TestJobs.Shell("true") with { Machine = new VmOptions { Layers = ["lowest", "above"], WarmStart = false } }, SandboxErrorCode.GuestLayerUnusable, TaskFate.NeverStarted, cancellationToken: cancellationToken);

        failure.Message.Should().Contain("Layer 1 of the machine").And.Contain("/usr/bin");
    }

    [Test]
    public async Task One_whose_disk_has_changed_since_is_not_given_to_a_guest(CancellationToken cancellationToken)
    {
        var layer = await Store.AddLayerAsync("changed", LayerKind.Addition, static tree => tree.Text("usr/share/x", "x"));
        var id = await Host.Machines.CreateAsync(new VmOptions { Layers = ["changed"] }, cancellationToken);
        File.SetAttributes(layer.DiskPath, FileAttributes.Normal);
        await using (var disk = File.OpenWrite(layer.DiskPath))
        {
            disk.Write("changed"u8);
        }

        var failure = await Host.Awaiting(host => host.Machines.StartAsync(id, cancellationToken)).Should().ThrowAsync<ImageException>();

        failure.Which.Code.Should().Be(SandboxErrorCode.ImageMissing);
        failure.Which.Message.Should().Contain(layer.Id).And.Contain("damaged");
        (await Host.StateAsync(id)).Should().Be(VmState.Created);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private async Task RefusedAsync(string why, IReadOnlyList<string> layers)
    {
        var failure = await Host.Awaiting(host => host.Machines.CreateAsync(new VmOptions { Layers = layers })).Should().ThrowAsync<VmException>();
        failure.Which.Code.Should().Be(SandboxErrorCode.MachineInvalid);
        failure.Which.Message.Should().Contain(why);
    }
}
