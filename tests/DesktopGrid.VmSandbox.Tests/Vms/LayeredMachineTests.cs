using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Images.Layers;
using DesktopGrid.VmSandbox.Tests.Support;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Tests.Vms;

/// <summary>Which layers a machine may have, and how they are named.</summary>
[CancelAfter(120_000)]
public sealed class LayeredMachineTests
{
    private MachineBench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new MachineBench();
        SampleLayer.AddTo(_bench.Layers, "tools");
        SampleLayer.AddTo(_bench.Layers, "data");
        SampleLayer.AddTo(_bench.Layers, "other-root", LayerKind.Root);
    }

    [TearDown]
    public async Task Close() => await _bench.DisposeAsync();

    [Test]
    public async Task A_machine_has_the_layers_that_it_was_made_with_in_their_order(CancellationToken cancellationToken)
    {
        var id = await _bench.Machines.CreateAsync(new VmOptions { Layers = ["other-root", "tools", _bench.Layers.Resolve("data").Id[..10]] }, cancellationToken);

        (await _bench.Machines.GetStatusAsync(id, cancellationToken)).Layers.Should().Equal("other-root", "tools", "data");
    }

    [Test]
    public async Task A_root_is_named_like_an_image_and_lies_below_the_layers(CancellationToken cancellationToken)
    {
        var id = await _bench.Machines.CreateAsync(new VmOptions { Image = "other-root", Layers = ["tools"] }, cancellationToken);

        var status = await _bench.Machines.GetStatusAsync(id, cancellationToken);
        (status.Image, string.Join(' ', status.Layers)).Should().Be(("sample", "other-root tools"));
    }

    [Test]
    public async Task An_addition_is_no_image(CancellationToken cancellationToken) =>
        (await _bench.Machines.Awaiting(machines => machines.CreateAsync(new VmOptions { Image = "tools" }, cancellationToken)).Should().ThrowAsync<ImageException>()).Which.Code.Should().Be(SandboxErrorCode.ImageMissing);

    private static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("null layers", null!, "Layers must not be or hold null");
        yield return Fault("a layer that is null", [null!], "Layers must not be or hold null");
        yield return Fault("a layer twice", ["tools", "tools"], "the layer tools is named twice");
        yield return Fault("a root above", ["tools", "other-root"], "the layer other-root is a whole root");

        static TestCaseData Fault(string name, string[] layers, string sentence) => new TestCaseData(layers, sentence).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Layers_that_do_not_go_together_are_refused_and_leave_nothing(string[] layers, string sentence)
    {
        var failure = (await _bench.Machines.Awaiting(machines => machines.CreateAsync(new VmOptions { Layers = layers }, CancellationToken.None)).Should().ThrowAsync<VmException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.MachineInvalid);
        failure.Message.Should().Contain(sentence);
        _bench.Rows.All().Should().BeEmpty();
    }

    [Test]
    public async Task At_most_eight(CancellationToken cancellationToken)
    {
        string[] names = [.. Enumerable.Range(1, 9).Select(static number => $"one-of-many-{number}")];
        foreach (var name in names)
        {
            SampleLayer.AddTo(_bench.Layers, name);
        }

        await _bench.Machines.CreateAsync(new VmOptions { Layers = names[..8] }, cancellationToken);
        (await _bench.Machines.Awaiting(machines => machines.CreateAsync(new VmOptions { Layers = names }, cancellationToken)).Should().ThrowAsync<VmException>()).Which.Message.Should().Contain("8 layers, not 9");
    }

    [Test]
    public async Task A_layer_that_a_machine_has_cannot_be_removed(CancellationToken cancellationToken)
    {
        var layer = _bench.Layers.Resolve("tools");
        var id = await _bench.Machines.CreateAsync(new VmOptions { Layers = ["tools"] }, cancellationToken);

        _bench.Layers.RemoveUnused(layer.Id, DateTimeOffset.MaxValue).Should().BeFalse();
        await _bench.Machines.DestroyAsync(id, cancellationToken);
        _bench.Layers.RemoveUnused(layer.Id, DateTimeOffset.MaxValue).Should().BeTrue();
    }
}
