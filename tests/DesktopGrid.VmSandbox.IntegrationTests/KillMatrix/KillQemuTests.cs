using System.Diagnostics;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>QEMU is killed in the middle of each step: a typed exception within five seconds, and a catalog that tells the truth.</summary>
internal sealed class KillQemuTests : StoreFixture
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _sinceKill = new();

    /// <summary>From the first sign of QEMU's process on, at several moments of its boot.</summary>
    [TestCase(0)]
    [TestCase(300)]
    [TestCase(1, Category = "Long")]
    [TestCase(20, Category = "Long")]
    [TestCase(100, Category = "Long")]
    [TestCase(600, Category = "Long")]
    [TestCase(1200, Category = "Long")]
    [CancelAfter(180_000)]
    public async Task Killed_during_boot(int milliseconds, CancellationToken cancellationToken)
    {
        var id = await Host.Machines.CreateAsync(new VmOptions { WarmStart = false }, cancellationToken);
        var starting = Host.Machines.StartAsync(id, cancellationToken);
        var process = await Eventually.FindAsync(() => ProcessTable.Naming($"vmsandbox-{id}").FirstOrDefault(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal)));
        await Task.Delay(milliseconds, cancellationToken);
        starting.IsCompleted.Should().BeFalse("the step was reached");
        Kill(process!.Id);

        var failure = (await FluentActions.Awaiting(() => starting).Should().ThrowAsync<SandboxException>()).Which;

        InTime();
        failure.Code.Should().BeOneOf(SandboxErrorCode.MachineEnded, SandboxErrorCode.QemuStartFailed);
        failure.Message.Should().Contain("signal 9");
        var status = await Host.Machines.GetStatusAsync(id, cancellationToken);
        (status.State, status.ProcessId).Should().Be((failure.Code == SandboxErrorCode.MachineEnded ? VmState.Failed : VmState.Created, null));
        status.LastError.Should().Contain("signal 9");
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase(JobPhase.Start, TaskFate.NeverStarted)]
    [TestCase(JobPhase.Put, TaskFate.NeverStarted)]
    [TestCase(JobPhase.Run, TaskFate.MayHaveRun)]
    [TestCase(JobPhase.Get, TaskFate.Ended)]
    [Category("AlsoAsRoot")]
    [CancelAfter(180_000)]
    public async Task Killed_during_a_phase_of_a_job(JobPhase phase, TaskFate fate, CancellationToken cancellationToken)
    {
        var input = Store.Path_("input");
        // So much that no transfer is over before the kill; the host's disk holds none of it.
        await using (var file = File.Create(input))
        {
            file.SetLength(phase == JobPhase.Put ? 2_000_000_000 : 1000);
        }

        // A name that the disk of inputs cannot hold: such a file is put, however large it is.
        var put = new string('p', 254);
        var output = Store.Path_($"output-{phase}");
        var job = TestJobs.Shell(phase == JobPhase.Run ? "echo started; sleep 1000" : "truncate -s 2000000000 big") with { Inputs = [JobFile.FromHost(input, put)], Outputs = [new JobOutput("big", output)] };
        // Beside the job: its steps wait for whoever is told of them.
        Task? killing = null;
        var progress = new Recorder(progress =>
        {
            if (progress.Phase == phase && phase != JobPhase.Run && (phase == JobPhase.Start || progress.Transfer is { Bytes: > 0 }))
            {
                killing ??= Task.Run(() => KillTheOnlyOne(cancellationToken), cancellationToken);
            }
        });

        // In the phase of running only when the program has said that it does.
        var failure = (await FluentActions.Awaiting(() => Host.RunAsync(job, progress, _ => new ValueTask(KillTheOnlyOne(cancellationToken)), cancellationToken)).Should().ThrowAsync<JobException>()).Which;

        InTime();
        await (killing ?? Task.CompletedTask);
        failure.Fate.Should().Be(fate, failure.Message);
        if (phase == JobPhase.Start)
        {
            // Before its monitor greets, QEMU has not started; after that the machine has.
            (failure.Code, failure.Step).Should().BeOneOf((SandboxErrorCode.QemuStartFailed, "start.launch"), (SandboxErrorCode.MachineEnded, "start.boot"));
        }
        else
        {
            (failure.Code, failure.Step).Should().Be((SandboxErrorCode.MachineEnded, $"job.{phase.ToString().ToLowerInvariant()}"));
        }

        failure.Message.Should().Contain("signal 9");
        failure.IsTransient.Should().BeTrue("the same job may well succeed in another machine");
        failure.Evidence.Signal.Should().Be(9);
        File.Exists(output).Should().BeFalse();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Killed_while_every_task_verb_is_under_way(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "t", Program = "/bin/sh", Arguments = ["-c", "trap '' TERM; head -c 50000000 /dev/zero > big; echo ready; while :; do sleep 1; done"] }, cancellationToken: cancellationToken);
        await session.FollowAsync(cancellationToken: cancellationToken).FirstAsync(cancellationToken);
        using var endless = new EndlessStream();
        var acts = new Dictionary<string, Task>
        {
            ["put"] = session.PutAsync("in", endless, cancellationToken: cancellationToken),
            ["get"] = session.GetAsync("big", new SlowSink(), cancellationToken: cancellationToken),
            ["follow"] = session.FollowAsync(new TaskPosition(6, 0, 0), cancellationToken).LastAsync(cancellationToken).AsTask(),
            ["stop"] = session.StopAsync(TimeSpan.FromMinutes(5), cancellationToken),
        };
        await Task.Delay(500, cancellationToken);
        acts.Where(static act => act.Value.IsCompleted).Should().BeEmpty("each is under way");

        await KillTheOnlyOne(cancellationToken);

        foreach (var (name, act) in acts)
        {
            (await FluentActions.Awaiting(() => act).Should().ThrowAsync<SandboxException>(name)).Which.Code.Should().Be(SandboxErrorCode.MachineEnded, name);
        }

        InTime();
        (await FluentActions.Awaiting(() => session.PingAsync(cancellationToken)).Should().ThrowAsync<SandboxException>()).Which.Code.Should().Be(SandboxErrorCode.MachineEnded);
        await Host.WaitForStateAsync(id, VmState.Failed);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    [TestCase("suspend")]
    [TestCase("continue", Category = "Long")]
    [TestCase("stop", Category = "Long")]
    [TestCase("destroy", Category = "Long")]
    [CancelAfter(180_000)]
    public async Task Killed_just_before_a_machine_verb(string verb, CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(cancellationToken: cancellationToken);
        if (verb == "continue")
        {
            await Host.Machines.SuspendAsync(id, cancellationToken);
        }

        await KillTheOnlyOne(cancellationToken);
        try
        {
            await (verb switch
            {
                "suspend" => Host.Machines.SuspendAsync(id, cancellationToken),
                "continue" => Host.Machines.ContinueAsync(id, cancellationToken),
                "stop" => Host.Machines.StopAsync(id, cancellationToken: cancellationToken),
                _ => Host.Machines.DestroyAsync(id, cancellationToken),
            });
            verb.Should().BeOneOf("stop", "destroy");
        }
        catch (VmException e)
        {
            // Either the verb sees the end first, or the watch has written it down already.
            e.Code.Should().BeOneOf(SandboxErrorCode.MachineEnded, SandboxErrorCode.MachineState);
        }

        InTime();
        if (verb != "destroy")
        {
            await Eventually.HoldsAsync(() => Host.StateAsync(id).GetAwaiter().GetResult() is VmState.Failed or VmState.Stopped, "the catalog tells the truth");
            await Host.Machines.DestroyAsync(id, cancellationToken);
        }
    }

    [SetUp]
    public void ForgetTheLastKill() => _sinceKill.Reset();

    private void InTime() => _sinceKill.Elapsed.Should().BeLessThan(Bound, "a typed exception comes within five seconds of the kill");

    private async Task KillTheOnlyOne(CancellationToken cancellationToken)
    {
        var process = await Eventually.FindAsync(() => ProcessTable.Naming(Store.StorePath).FirstOrDefault(static process => process.CommandLine.StartsWith("/usr/bin/qemu-system", StringComparison.Ordinal) && !process.CommandLine.Contains("vmsandbox-tpl-", StringComparison.Ordinal)));
        cancellationToken.ThrowIfCancellationRequested();
        Kill(process!.Id);
    }

    private void Kill(int process)
    {
        TestMachines.Kill(process);
        _sinceKill.Start();
    }

    /// <summary>Zeros without an end.</summary>
    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Clear();
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }

    /// <summary>Takes a block in two seconds, so that a transfer lasts.</summary>
    private sealed class SlowSink : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
    }
}
