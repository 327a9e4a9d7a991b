using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

/// <summary>One life of one machine, every verb in a process of its own: what one call leaves, the next must find.</summary>
[CancelAfter(600_000)]
public sealed class MachineLifeTests
{
    private const string Script = """
        #!/bin/sh
        echo "$GREETING $*"; cat; echo trouble >&2
        tr a-z A-Z < data/in.txt > out.txt
        msg_to_host fraction_done 0.5
        exit 3
        """;

    [Test]
    public async Task Every_verb_works_across_processes(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();
        store.Write("in.txt", "some text\n");
        store.Write("prog", Script);

        // create, list, start, load
        var id = (await Run("vm", "create", "--memory", "192", "--label", "for=test", "--keep-log", "1h")).Output.Trim();
        id.Should().MatchRegex("^[0-9a-f]{12}$");
        (await Run("vm", "list", "--label", "for=test")).Output.Should().Contain(id).And.Contain("Created");
        (await Run("vm", "start", id)).Output.Trim().Should().Be($"{id} Running");
        var status = (await Run("vm", "status", id, "--json")).Json;
        status.GetProperty("state").GetString().Should().Be("running");
        status.GetProperty("memoryMiB").GetInt32().Should().Be(192);
        status.GetProperty("labels").GetProperty("for").GetString().Should().Be("test");
        status.GetProperty("accelerator").GetString().Should().Be("tcg");
        status.GetProperty("processId").GetInt32().Should().BePositive();
        (await Run("vm", "load", id)).Output.Should().Contain("Running");

        // ping, put, mkdir, ls
        (await Run("sb", "ping", id, "--json")).Json.GetProperty("task").GetString().Should().Be("none");
        (await Run("sb", "put", id, "in.txt", "data/in.txt", "--json")).Json.GetProperty("length").GetInt64().Should().Be(10);
        await Run("sb", "put", id, "prog", "--executable");
        await Run("sb", "put", id, "/bin/true", "as-here");
        await Run("sb", "mkdir", id, "made/by hand");
        var entries = (await Run("sb", "ls", id, "--json")).JsonLines;
        entries.Select(static entry => (entry.GetProperty("name").GetString(), entry.GetProperty("kind").GetString()))
            .Should().BeEquivalentTo([("data", "directory"), ("made", "directory"), ("prog", "file"), ("as-here", "file")]);
        entries.Should().OnlyContain(static entry => (entry.GetProperty("mode").GetInt32() & 0x40) != 0, "the host's file may be run, and the other was said to be");
        (await Run("sb", "ls", id, "made")).Output.Should().Contain("by hand");

        // msg_to_guest, start, follow, msg_to_host, get, stop
        await Run("sb", "msg_to_guest", id, "note", "hello");
        (await store.RunWithInputAsync("from stdin\n", cancellationToken, "sb", "start", id, "prog", "--env", "GREETING=hi", "--stdin", "-", "--", "a b", "-c")).ShouldEndWith(0);
        var followed = (await store.RunAsync(cancellationToken, "sb", "follow", id)).ShouldEndWith(3);
        followed.Output.Should().Be("hi a b -c\nfrom stdin\n");
        followed.Error.Should().Contain("trouble\n");
        var events = (await store.RunAsync(cancellationToken, "sb", "follow", id, "--json")).ShouldEndWith(3).JsonLines;
        events.Select(static happened => happened.GetProperty("type").GetString()).Should().Contain(["output", "message"]).And.EndWith("ended");
        events[^1].GetProperty("status").GetProperty("exitCode").GetInt32().Should().Be(3);
        (await Run("sb", "msg-to-host", id)).Output.Should().Be("1\tfraction_done\t0.5\n");
        await Run("sb", "get", id, "out.txt");
        File.ReadAllText(store.File("out.txt")).Should().Be("SOME TEXT\n");
        (await Run("sb", "get", id, "out.txt", "-")).Output.Should().Be("SOME TEXT\n");
        using (var following = SampleProcess.Start(store.Words("sb", "start", id, "--follow", "/bin/sh", "--", "-c", "echo up; while :; do :; done")))
        {
            (await following.Output.ReadLineAsync(cancellationToken)).Should().Be("up");
            await following.InterruptAsync(cancellationToken);
            (await following.EndAsync(cancellationToken)).ShouldEndWith(130);
        }

        // Ctrl-C has stopped the following, not the program.
        (await store.RunAsync(cancellationToken, "sb", "start", id, "/bin/true")).ShouldEndWith(65).Error.Should().Contain("refused");
        (await Run("sb", "stop", id, "--grace", "500ms", "--json")).Json.GetProperty("stopped").GetBoolean().Should().BeTrue();
        (await store.RunAsync(cancellationToken, "sb", "start", id, "--follow", "/bin/sh", "--", "-c", "kill -9 $$")).ShouldEndWith(128 + 9);

        // delete
        (await store.RunAsync(cancellationToken, "sb", "delete", id, "made")).ShouldEndWith(65).Error.Should().Contain("not empty");
        await Run("sb", "delete", id, "made", "--recursive");
        (await store.RunAsync(cancellationToken, "sb", "get", id, "made")).ShouldEndWith(66);
        (await store.RunAsync(cancellationToken, "sb", "get", id, "../etc/passwd")).ShouldEndWith(64);
        (await store.RunAsync(cancellationToken, "sb", "put", id, "in.txt", "/etc/passwd")).ShouldEndWith(65);

        // suspend, continue, stop
        (await Run("vm", "suspend", id)).Output.Should().Contain("Suspended");
        (await store.RunAsync(cancellationToken, "sb", "ping", id)).ShouldEndWith(65).Error.Should().Contain("Suspended");
        (await store.RunAsync(cancellationToken, "vm", "start", id)).ShouldEndWith(65).Error.Should().Contain("Start is allowed when it is");
        (await Run("vm", "continue", id)).Output.Should().Contain("Running");
        // A machine belongs to one process at a time; two that come together wait for each other.
        await Task.WhenAll(Run("sb", "ping", id), Run("sb", "ping", id));
        (await Run("vm", "stop", id)).Output.Should().Contain("Stopped");
        (await Run("vm", "get_status", id, "--json")).Json.GetProperty("cpuTime").GetDouble().Should().BePositive();
        (await store.RunAsync(cancellationToken, "sb", "ping", id)).ShouldEndWith(65).Error.Should().Contain("Stopped");
        store.ShouldHaveNoProcess();

        // logs while it is there; destroy; logs after it is gone
        (await Run("logs", id, "--source", "console", "--tail", "1")).Output.Should().MatchRegex("^[0-9T:.-]+Z console [^\n]+\n$");
        (await Run("vm", "destroy", id)).Output.Trim().Should().Be($"{id} Destroyed");
        (await Run("vm", "list", "--json")).Output.Should().BeEmpty();
        store.Machines().Should().BeEmpty();
        (await Run("logs", id, "--json", "--source", "host", "--follow")).JsonLines.Select(static line => line.GetProperty("text").GetString()).Should().Contain(static text => text!.StartsWith("ready:"));
        (await store.RunAsync(cancellationToken, "vm", "status", id)).ShouldEndWith(66);

        async Task<Outcome> Run(params string[] arguments) => (await store.RunAsync(cancellationToken, arguments)).ShouldEndWith(0);
    }

    [Test]
    public async Task A_share_of_the_processors_lasts_as_long_as_its_call(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();
        var id = (await store.RunAsync(cancellationToken, "vm", "create")).ShouldEndWith(0).Output.Trim();
        (await store.RunAsync(cancellationToken, "vm", "share", id, "20")).ShouldEndWith(65).Error.Should().Contain("Created");
        (await store.RunAsync(cancellationToken, "vm", "start", id)).ShouldEndWith(0);
        (await store.RunAsync(cancellationToken, "sb", "start", id, "/bin/sh", "--", "-c", "while :; do :; done")).ShouldEndWith(0);

        var before = await CpuTimeAsync();
        (await store.RunAsync(cancellationToken, "vm", "share", id, "20", "--for", "8s")).ShouldEndWith(0).Output.Trim().Should().Be($"{id} Running");
        var kept = await CpuTimeAsync() - before;

        // A fifth of eight seconds, what it used around the call, and some more where this computer is slow; without a share it is eight.
        kept.Should().BeLessThan(5);
        (await store.RunAsync(cancellationToken, "vm", "destroy", id)).ShouldEndWith(0);
        store.ShouldHaveNothingLeft(id);

        async Task<double> CpuTimeAsync() =>
            (await store.RunAsync(cancellationToken, "vm", "status", id, "--json")).ShouldEndWith(0).Json.GetProperty("cpuTime").GetDouble();
    }

    [Test]
    public async Task A_running_machine_is_destroyed_by_another_process_with_all_that_it_had(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();
        var id = (await store.RunAsync(cancellationToken, "vm", "create", "--json")).ShouldEndWith(0).Json.GetProperty("id").GetString()!;
        (await store.RunAsync(cancellationToken, "vm", "start", id)).ShouldEndWith(0);

        (await store.RunAsync(cancellationToken, "vm", "destroy", id, "--json")).ShouldEndWith(0).Json.GetProperty("state").GetString().Should().Be("destroyed");

        store.ShouldHaveNothingLeft(id);
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_call_that_is_killed_while_it_launches_leaves_no_qemu_that_nobody_knows(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();
        var id = (await store.RunAsync(cancellationToken, "vm", "create")).ShouldEndWith(0).Output.Trim();
        using (var start = SampleProcess.Start(store.Words("vm", "start", id)))
        {
            await ConsoleStore.UntilAsync(() => store.Processes("root.qcow2").Count > 0, cancellationToken);
            await start.KillAsync(cancellationToken);
        }

        // Whichever moment of the launch that was, the next call finds out.
        (await store.RunAsync(cancellationToken, "vm", "status", id)).ShouldEndWith(0);

        await ConsoleStore.UntilAsync(() => store.Processes("root.qcow2").Count == 0, cancellationToken);
        (await store.RunAsync(cancellationToken, "vm", "destroy", id)).ShouldEndWith(0);
        store.ShouldHaveNothingLeft(id);
    }
}
