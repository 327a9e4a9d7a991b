using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Tests.Qemu.Arguments;
using DesktopGrid.VmSandbox.Vms.Templates;

namespace DesktopGrid.VmSandbox.Tests.Vms.Templates;

public sealed class TemplateKeyTests
{
    private static readonly QemuInstallation Qemu = new("/usr/bin/qemu-system-x86_64", "7.2.22", "build", "PATH");

    [Test]
    public void An_emulated_guest_is_the_same_on_every_processor() =>
        Key(Specs.Plain, "one").Should().Be(Key(Specs.Plain, "another"));

    [TestCase(nameof(Accelerator.Kvm))]
    [TestCase(nameof(Accelerator.Hvf))]
    [TestCase(nameof(Accelerator.Whpx))]
    public void With_hardware_s_help_another_processor_needs_another_template(string accelerator)
    {
        var spec = Specs.Plain with { Accelerator = Enum.Parse<Accelerator>(accelerator) };

        Key(spec, "one").Should().Be(Key(spec, "one")).And.NotBe(Key(spec, "another")).And.NotBe(Key(Specs.Plain, "one"));
    }

    [Test]
    public void Whatever_a_booted_guest_knows_makes_another_template()
    {
        string[] keys =
        [
            Key(Specs.Plain, ""), Key(Specs.Plain with { MemoryMiB = 128 }, ""), Key(Specs.Plain with { VirtualCpus = 2 }, ""), Key(Specs.Plain with { MachineType = "pc-i440fx-8.0" }, ""), Key(Specs.Plain with { CpuModel = "Nehalem" }, ""),
            Key(Specs.Plain with { KernelCommandLine = "quiet" }, ""), TemplateKey.Of(Qemu with { BuildKey = "later" }, Specs.Plain, "image", ""), TemplateKey.Of(Qemu, Specs.Plain, "other", ""),
            Key(Specs.Plain with { Layers = [Layer("a"), Layer("b")] }, ""), Key(Specs.Plain with { Layers = [Layer("b"), Layer("a")] }, ""), Key(Specs.Plain with { Layers = [Layer("a")] }, ""),
        ];

        keys.Should().OnlyHaveUniqueItems().And.OnlyContain(static key => key.Length == 32);
    }

    private static LayerDisk Layer(string id) => new(id, "/disk", "raw", new LayerLine("iso9660", IsRoot: false, Partition: 0));

    private static string Key(MachineSpec spec, string processor) => TemplateKey.Of(Qemu, spec, "image", processor);
}
