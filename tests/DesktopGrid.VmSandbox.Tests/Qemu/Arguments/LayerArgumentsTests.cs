using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Arguments;

namespace DesktopGrid.VmSandbox.Tests.Qemu.Arguments;

public sealed class LayerArgumentsTests
{
    private static readonly LayerDisk Lowest = new("a", "/store/layers/a/di,sk", "qcow2", new LayerLine("ext4", IsRoot: true, Partition: 2));
    private static readonly LayerDisk Upper = new("b", "/store/layers/b/disk", "raw", new LayerLine("iso9660", IsRoot: false, Partition: 0));

    [Test]
    public void Layers_are_the_last_disks_read_only_each_with_its_serial_and_no_base() =>
        string.Join('\n', LayerArguments.For([Lowest, Upper])).Should().Be(
            """
            -blockdev
            {"driver":"file","node-name":"layer0-file","filename":"/store/layers/a/di,sk","read-only":true}
            -blockdev
            {"driver":"qcow2","node-name":"layer0","file":"layer0-file","read-only":true,"backing":null}
            -device
            virtio-blk-pci,drive=layer0,id=layer0-disk,serial=layer0
            -blockdev
            {"driver":"file","node-name":"layer1-file","filename":"/store/layers/b/disk","read-only":true}
            -blockdev
            {"driver":"raw","node-name":"layer1","file":"layer1-file","read-only":true}
            -device
            virtio-blk-pci,drive=layer1,id=layer1-disk,serial=layer1
            """);

    /// <summary>The bulk disks are known by the letters that the kernel gives them.</summary>
    [Test]
    public void All_other_disks_keep_their_places()
    {
        var without = QemuArguments.For(Specs.Whole, withSandbox: true).Where(static word => word.StartsWith("virtio-blk", StringComparison.Ordinal)).ToList();

        QemuArguments.For(Specs.Whole with { Layers = [Lowest, Upper] }, withSandbox: true).Where(static word => word.StartsWith("virtio-blk", StringComparison.Ordinal)).Should().HaveCount(5).And.StartWith(without);
    }

    [Test]
    public void The_guest_is_told_of_them_in_their_order_and_of_none_nothing()
    {
        Line(Specs.Whole with { Layers = [Lowest, Upper] }).Should().Be("console=ttyS0 quiet mitigations=off norandmaps vmsandbox_layers=ext4.root.2,iso9660.addition.0");
        Line(Specs.Whole).Should().NotContain(LayerLine.Variable);

        static string Line(MachineSpec spec) => QemuArguments.For(spec, withSandbox: true).SkipWhile(static word => word != "-append").Skip(1).First();
    }

    [Test]
    public void What_is_told_is_understood()
    {
        LayerLine[] layers = [Lowest.Line, Upper.Line];

        LayerLine.Parse(LayerLine.Format(layers)).Should().Equal(layers);
        LayerLine.Parse(null).Should().BeEmpty();
        LayerLine.Parse("").Should().BeEmpty();
    }

    [TestCase("ext4")]
    [TestCase("ext4.root")]
    [TestCase("ext4.roof.0")]
    [TestCase("ext4.root.-1")]
    [TestCase("ext4.root.1.2")]
    [TestCase(".root.0")]
    [TestCase("ext4.root.0,")]
    public void Anything_else_is_refused(string text) => FluentActions.Invoking(() => LayerLine.Parse(text)).Should().Throw<FormatException>();
}
