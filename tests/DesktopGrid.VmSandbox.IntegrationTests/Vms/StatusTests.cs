using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Vms;

/// <summary>get_status and list against what the operating system says.</summary>
internal sealed class StatusTests : StoreFixture
{
    [Test]
    public async Task A_machine_that_never_ran_tells_what_it_will_be_and_nothing_else()
    {
        var id = await Host.Machines.CreateAsync(new VmOptions { MemoryMiB = 301, VirtualCpus = 2, Labels = new Dictionary<string, string> { ["project"] = "einstein", ["ünïcode"] = "" } });

        var status = await Host.Machines.GetStatusAsync(id);

        status.Should().BeEquivalentTo(
            new
            {
                Id = id,
                State = VmState.Created,
                Image = "tiny",
                MemoryMiB = 302,
                VirtualCpus = 2,
                Labels = new Dictionary<string, string> { ["project"] = "einstein", ["ünïcode"] = "" },
                MachineType = (string?)null,
                CpuModel = (string?)null,
                QemuVersion = (string?)null,
                Accelerator = (Accelerator?)null,
                Assurance = (AssuranceLevel?)null,
                StartPath = (StartPath?)null,
                ProcessId = (int?)null,
                CpuTime = TimeSpan.Zero,
                MemoryBytes = 0L,
                LastError = (string?)null,
            });
        status.Confinement.Should().BeEmpty();
        status.CreatedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        status.DiskBytes.Should().BeInRange(1, 1 << 20, "there is an overlay, and no copy of the base");
        await Host.Machines.DestroyAsync(id);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_running_machine_tells_its_process_its_memory_its_machine_and_its_confinement(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);

        var status = await Host.Machines.GetStatusAsync(id, cancellationToken);

        var process = ProcessTable.Naming(id.ToString()).Single(process => process.Id == status.ProcessId);
        process.CommandLine.Should().Contain("qemu-system-x86_64").And.Contain($"-machine {status.MachineType},").And.Contain($"-cpu {status.CpuModel} ").And.Contain("-accel tcg");
        status.MachineType.Should().MatchRegex(@"^pc-i440fx-\d+\.\d+$", "a machine type without its version changes with QEMU");
        status.CpuModel.Should().StartWith("Haswell-v4,", "a named model is part of the result");
        status.QemuVersion.Should().MatchRegex(@"^\d+\.\d+\.\d+");
        (status.Accelerator, status.Assurance, status.StartPath).Should().Be((Accelerator.Tcg, AssuranceLevel.Emulation, StartPath.Template));
        status.MemoryBytes.Should().BeInRange(50L << 20, 1L << 30);
        status.Confinement.Select(static layer => layer.Layer).Should().BeEquivalentTo(Enum.GetValues<ConfinementLayer>(), "every layer is told, also one that is off");
        status.Confinement.Should().OnlyContain(static layer => layer.Reason.Length > 0);
        status.Confinement.Should().Contain(static layer => layer.Layer == ConfinementLayer.QemuSeccomp && layer.IsOn);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Processor_time_and_disk_grow_with_work_and_the_time_adds_up_over_starts(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        var before = await Host.Machines.GetStatusAsync(id, cancellationToken);

        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/sh", Arguments = ["-c", "head -c 20000000 /dev/urandom > big; sync"] }, cancellationToken: cancellationToken);
        await session.FollowAsync(cancellationToken: cancellationToken).LastAsync(cancellationToken);
        var after = await Host.Machines.GetStatusAsync(id, cancellationToken);

        after.CpuTime.Should().BeGreaterThan(before.CpuTime + TimeSpan.FromMilliseconds(100));
        after.DiskBytes.Should().BeGreaterThan(before.DiskBytes + 20_000_000);
        await Host.Machines.StopAsync(id, cancellationToken: cancellationToken);
        var stopped = await Host.Machines.GetStatusAsync(id, cancellationToken);
        stopped.CpuTime.Should().BeGreaterThanOrEqualTo(after.CpuTime);
        (stopped.ProcessId, stopped.MemoryBytes, stopped.Confinement.Count).Should().Be((null, 0L, 0));
        stopped.QemuVersion.Should().Be(after.QemuVersion, "what last ran it is still known");
        await Host.Machines.StartAsync(id, cancellationToken);
        (await Host.Machines.GetStatusAsync(id, cancellationToken)).CpuTime.Should().BeGreaterThan(stopped.CpuTime);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [Test]
    public async Task All_machines_are_listed_oldest_first()
    {
        var ids = new List<VmId>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await Host.Machines.CreateAsync(new VmOptions { Labels = new Dictionary<string, string> { ["number"] = $"{i}" } }));
            await Task.Delay(2);
        }

        var listed = await Host.Machines.ListAsync();

        listed.Select(static status => status.Id).Should().Equal(ids);
        listed.Select(static status => status.Labels["number"]).Should().Equal("0", "1", "2");
        foreach (var id in ids)
        {
            await Host.Machines.DestroyAsync(id);
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task By_default_a_machine_stands_back_behind_everything_else(CancellationToken cancellationToken)
    {
        await using var host = await Store.OpenHostAsync(static options => options.Qemu.Priority = new QemuOptions().Priority);
        var id = await host.Machines.CreateAsync(new VmOptions { BootTimeout = TimeSpan.FromMinutes(3) }, cancellationToken);
        var starting = host.Machines.StartAsync(id, cancellationToken);

        // While it boots: a computer that is busy with tests gives it little, which is the point.
        var qemu = await Eventually.FindAsync(() => ProcessTable.Naming($"vmsandbox-{id}").FirstOrDefault(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal)));
        qemu.Should().NotBeNull();
        var fields = await File.ReadAllTextAsync($"/proc/{qemu!.Id}/stat", cancellationToken);
        var policy = fields[(fields.LastIndexOf(')') + 2)..].Split(' ')[38];
        await starting;
        var hasSessions = File.Exists("/proc/self/autogroup");
        var standsBack = await Eventually.FindAsync(() => hasSessions && File.ReadAllText($"/proc/{qemu.Id}/autogroup").Trim().EndsWith("nice 19", StringComparison.Ordinal) ? "" : null, hasSessions ? null : TimeSpan.Zero);
        var layer = (await host.Machines.GetStatusAsync(id, cancellationToken)).Confinement.Single(static layer => layer.Layer == ConfinementLayer.LowPriority);
        await host.Machines.DestroyAsync(id, cancellationToken);

        layer.IsOn.Should().BeTrue(layer.Reason);
        // sched(7): SCHED_IDLE is 5; where the kernel refuses it, nice 19 is what is left, and the layer says so.
        policy.Should().Be(layer.Reason.StartsWith("SCHED_IDLE", StringComparison.Ordinal) ? "5" : "0");
        // sched(7), "The autogroup feature": otherwise its session would have as much of the processors as the owner's.
        (standsBack is not null).Should().Be(hasSessions);
    }
}
