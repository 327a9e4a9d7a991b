using System.Text.Json;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Arguments;

namespace DesktopGrid.VmSandbox.Tests.Qemu.Arguments;

public sealed class QemuArgumentsTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void A_machine_that_returns_memory_has_a_device_for_it_behind_all_others(bool returns)
    {
        var devices = After("-device", Specs.Whole with { ReturnsMemory = returns });

        devices[..^1].Should().NotContain(static device => device.StartsWith("virtio-balloon", StringComparison.Ordinal));
        devices[^1].StartsWith("virtio-balloon-pci,id=balloon,free-page-reporting=on", StringComparison.Ordinal).Should().Be(returns);
    }

    [Test]
    public void A_whole_machine_in_QEMU_s_words() => string.Join('\n', QemuArguments.For(Specs.Whole, withSandbox: true)).Should().Be(
        """
        -nodefaults
        -no-user-config
        -display
        none
        -vga
        none
        -nic
        none
        -name
        vmsandbox-0123456789ab
        -S
        -no-reboot
        -sandbox
        on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
        -machine
        pc-i440fx-7.2,memory-backend=ram0,usb=off,vmport=off
        -accel
        tcg,thread=multi,tb-size=256
        -cpu
        Haswell-v4,-erms,-pcid,-x2apic,-tsc-deadline,-invpcid,-spec-ctrl
        -smp
        cpus=2,sockets=1,cores=2,threads=1
        -m
        262152K
        -object
        memory-backend-ram,id=ram0,size=262152K
        -rtc
        base=utc,clock=host
        -kernel
        /store/images/x/vmlinux
        -initrd
        /store/images/x/initrd
        -append
        console=ttyS0 quiet mitigations=off norandmaps
        -blockdev
        {"driver":"file","node-name":"base-file","filename":"/store/images/x/base.qcow2","read-only":true}
        -blockdev
        {"driver":"qcow2","node-name":"base","file":"base-file","read-only":true,"backing":null}
        -blockdev
        {"driver":"file","node-name":"root-file","filename":"/store/machines/m/root.qcow2","read-only":false,"discard":"unmap"}
        -blockdev
        {"driver":"qcow2","node-name":"root","file":"root-file","backing":"base","discard":"unmap"}
        -device
        virtio-blk-pci,drive=root,id=root-disk
        -blockdev
        {"driver":"null-co","node-name":"input","size":1099511627776,"read-zeroes":true,"read-only":true}
        -device
        virtio-blk-pci,drive=input,id=input-disk,rerror=report,werror=report
        -blockdev
        {"driver":"null-co","node-name":"output","size":1099511627776,"read-zeroes":true,"read-only":false}
        -device
        virtio-blk-pci,drive=output,id=output-disk,rerror=report,werror=report
        -chardev
        socket,id=monitor,path=/run/vmsandbox/m/monitor,server=on,wait=off
        -mon
        chardev=monitor,mode=control
        -chardev
        socket,id=console,path=/run/vmsandbox/m/console,server=on,wait=off
        -serial
        chardev:console
        -device
        virtio-serial-pci,id=ports,max_ports=3
        -chardev
        socket,id=port0,path=/run/vmsandbox/m/p0,server=on,wait=off
        -device
        virtserialport,bus=ports.0,nr=1,chardev=port0,name=org.desktopgrid.control.0
        -chardev
        socket,id=port1,path=/run/vmsandbox/m/p1,server=on,wait=off
        -device
        virtserialport,bus=ports.0,nr=2,chardev=port1,name=org.desktopgrid.data.0
        """);

    [Test]
    public void A_guest_that_lives_in_its_initial_RAM_disk_gets_no_disk_and_no_ports() =>
        QemuArguments.For(Specs.Plain, withSandbox: true).Should().NotContain("-blockdev").And.NotContain(static word => word.Contains("virtio", StringComparison.Ordinal) || word.Contains("virtserial", StringComparison.Ordinal));

    [Test]
    public void A_QEMU_without_a_filter_of_its_own_is_not_asked_for_one() => QemuArguments.For(Specs.Whole, withSandbox: false).Should().NotContain("-sandbox");

    [TestCase(Accelerator.Tcg, "console=ttyS0 quiet mitigations=off norandmaps")]
    [TestCase(Accelerator.Kvm, "console=ttyS0 quiet")]
    [TestCase(Accelerator.Hvf, "console=ttyS0 quiet")]
    [TestCase(Accelerator.Whpx, "console=ttyS0 quiet")]
    public void A_guest_gives_up_its_own_protections_under_emulation_alone(Accelerator accelerator, string line) =>
        After("-append", Specs.Plain with { Accelerator = accelerator }).Should().Equal(line);

    [TestCase(Accelerator.Tcg, true, "tcg,thread=multi,tb-size=256")]
    [TestCase(Accelerator.Tcg, false, "tcg,thread=single,tb-size=256")]
    [TestCase(Accelerator.Kvm, true, "kvm")]
    [TestCase(Accelerator.Hvf, true, "hvf")]
    [TestCase(Accelerator.Whpx, true, "whpx,kernel-irqchip=off")]
    public void Each_accelerator_has_its_words(Accelerator accelerator, bool inParallel, string words) =>
        After("-accel", Specs.Plain with { Accelerator = accelerator, EmulatesInParallel = inParallel }).Should().Equal(words);

    [Test]
    public void The_guest_gets_no_device_by_which_it_could_reach_out()
    {
        var words = QemuArguments.For(Specs.Whole, withSandbox: true);

        After("-nic", Specs.Whole).Should().Equal("none");
        words.Should().NotContain(["-netdev", "-net", "-usb", "-virtfs", "-fsdev", "-qmp", "-monitor", "-vnc", "-spice", "-gdb", "-s", "-daemonize", "-hda", "-drive"]);
        After("-device", Specs.Whole).Select(static device => device.Split(',')[0]).Should().BeEquivalentTo("virtio-blk-pci", "virtio-blk-pci", "virtio-blk-pci", "virtio-serial-pci", "virtserialport", "virtserialport");
    }

    /// <summary>QEMU's options split at commas; every name that we do not choose ourselves is escaped or in JSON.</summary>
    [TestCase("/st,ore/a,server=off,path=/etc/x", "/st,,ore/a,,server=off,,path=/etc/x")]
    [TestCase("/plain", "/plain")]
    [TestCase(",,", ",,,,")]
    public void A_comma_in_a_socket_s_path_stays_a_comma(string path, string escaped) =>
        After("-chardev", Specs.Plain with { Monitor = LocalEndpoint.At(path, 107) })[0].Should().Be($"socket,id=monitor,path={escaped},server=on,wait=off");

    [Test]
    public void A_comma_in_a_machine_s_name_stays_a_comma() => After("-name", Specs.Plain with { Name = "a,debug-threads=on" }).Should().Equal("vmsandbox-a,,debug-threads=on");

    [TestCase("/store/a,b/disk \"quoted\".qcow2")]
    [TestCase("/store/äöü π/disk")]
    [TestCase("/store/new\nline\ttab")]
    [TestCase("/store/back\\slash")]
    [TestCase("json:{\"driver\":\"nbd\"}")]
    [TestCase("nbd:unix:/tmp/socket")]
    [TestCase("/store/x\",\"driver\":\"host_device\",\"filename\":\"/dev/sda")]
    public void A_hostile_file_name_stays_a_file_name(string path)
    {
        var nodes = After("-blockdev", Specs.Plain with { Disk = new OverlayDisk(path, path, "raw") });

        foreach (var node in (string[])[nodes[0], nodes[2]])
        {
            using var document = JsonDocument.Parse(node);
            document.RootElement.GetProperty("driver").GetString().Should().Be("file");
            document.RootElement.GetProperty("filename").GetString().Should().Be(path);
        }
    }

    [Test]
    public void A_raw_base_is_named_as_such_and_has_no_backing_to_leave_out() =>
        After("-blockdev", Specs.Plain with { Disk = new OverlayDisk("/o", "/b", "raw") })[1].Should().Be("""{"driver":"raw","node-name":"base","file":"base-file","read-only":true}""");

    [Test]
    public void A_disk_with_a_file_takes_the_placeholder_s_place_and_its_format_is_named()
    {
        var spec = Specs.Whole with { InputDisk = "/m/in,put.iso", OutputDisk = "/m/output.raw" };

        After("-blockdev", spec).Skip(4).Should().Equal(
            """{"driver":"file","node-name":"input-file","filename":"/m/in,put.iso","read-only":true}""",
            """{"driver":"raw","node-name":"input","file":"input-file","read-only":true}""",
            """{"driver":"file","node-name":"output-file","filename":"/m/output.raw","read-only":false,"discard":"unmap"}""",
            """{"driver":"raw","node-name":"output","file":"output-file","read-only":false}""");
        After("-device", spec).Should().Equal(After("-device", Specs.Whole));
    }

    [Test]
    public void Only_the_overlay_may_be_written() =>
        After("-blockdev", Specs.Whole).Take(4).Should().HaveCount(4).And.SatisfyRespectively(
            static node => node.Should().Contain("\"read-only\":true"),
            static node => node.Should().Contain("\"read-only\":true"),
            static node => node.Should().Contain("\"read-only\":false").And.Contain("/store/machines/"),
            static node => node.Should().Contain("\"node-name\":\"root\""));

    [Test]
    public void Numbers_do_not_follow_the_host_s_language()
    {
        var before = System.Globalization.CultureInfo.CurrentCulture;
        System.Globalization.CultureInfo.CurrentCulture = new System.Globalization.CultureInfo("") { NumberFormat = { NumberGroupSeparator = "'", NegativeSign = "~" } };
        try
        {
            After("-m", Specs.Plain with { MemoryMiB = 1_048_576 }).Should().Equal("1073741832K");
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    private static List<string> After(string option, MachineSpec spec)
    {
        var words = QemuArguments.For(spec, withSandbox: true);
        return [.. words.Zip(words.Skip(1)).Where(pair => pair.First == option).Select(static pair => pair.Second)];
    }
}
