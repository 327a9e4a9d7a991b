using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Channels;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Layers;

/// <summary>An addition over the base image: its files, programs and libraries are where they belong, and a task can do no more than without it.</summary>
[CancelAfter(180_000)]
public sealed class AdditionTests : GuestFixture
{
    private const string Name = "greetings";

    private protected override VmOptions Options => new() { Layers = [Name] };

    private protected override async Task PrepareAsync()
    {
        var sources = Directory.CreateTempSubdirectory("vmsandbox-greet-").FullName;
        var (library, program) = (Path.Combine(sources, "libgreet.so"), Path.Combine(sources, "greet"));
        await File.WriteAllTextAsync(library + ".c", "const char *greeting(void) { return \"hello from a library\"; }");
        await File.WriteAllTextAsync(program + ".c", "#include <stdio.h>\nconst char *greeting(void);\nint main(void) { puts(greeting()); return 0; }");
        var compiler = GuestProgram.RequireCompiler("gcc", "clang", "cc");
        await GuestProgram.RunOnHostAsync(compiler, "-shared", "-fPIC", "-o", library, library + ".c");
        await GuestProgram.RunOnHostAsync(compiler, "-o", program, program + ".c", "-L", sources, "-lgreet");
        await Store.ImportTreeAsync(Name, tree => tree
            .Text("usr/share/greeting", "hello from a file\n")
            .Text("usr/bin/say", "#!/bin/sh\ncat /usr/share/greeting\n", executable: true)
            .Copy("usr/lib/libgreet.so", library)
            .Copy("usr/bin/greet", program)
            .Text("etc/issue", "an addition\n"));
        Directory.Delete(sources, recursive: true);
    }

    [Test]
    public async Task Its_files_programs_and_libraries_are_there_and_the_image_s_still_are(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("say; greet; cat /etc/issue; id -un; readlink -f /proc/self/cwd", cancellationToken);

        end.Output.Should().Be("hello from a file\nhello from a library\nan addition\ntask\n/work\n", end.Errors);
        (await Store.Host.Machines.GetStatusAsync(Machine, cancellationToken)).Layers.Should().Equal(Name);
    }

    [Test]
    public async Task Files_go_in_and_out_and_messages_too(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("in/data", "42", cancellationToken: cancellationToken);
        await Session.MessageToGuestAsync("order", "now"u8.ToArray(), cancellationToken);

        var end = await Session.ShellAsync("cat in/data > out; cp out /tmp/left; cat /var/tmp/left $VMSANDBOX_INBOX/*; msg_to_host fraction_done 0.5", cancellationToken);

        end.Output.Should().Be("42now", end.Errors);
        end.Messages.Should().ContainSingle().Which.Value.Should().Be("0.5");
        (await Session.GetTextAsync("out", cancellationToken)).Should().Be("42");
        await Session.DeleteAsync(".", recursive: true, cancellationToken);
        (await Session.ShellAsync("ls -A /work /tmp /var/tmp /dev/shm", cancellationToken)).Output.Should().Be("/dev/shm:\n\n/tmp:\n\n/var/tmp:\n\n/work:\n");
    }

    [Test]
    public async Task A_program_in_a_root_of_its_own_has_channels_too(CancellationToken cancellationToken)
    {
        await Session.StartProgramAsync(cancellationToken, "talk");
        await Session.TellAsync(0, "end", cancellationToken);

        var end = await Session.FollowToEndAsync(cancellationToken);

        (end.ExitCode, end.Output).Should().Be((0, "ready\n"), end.Errors);
        end.Messages.Of(5).Should().Equal("got end");
    }

    [Test]
    public async Task Nothing_else_can_be_written(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("find / -path /proc -prune -o -path /sys -prune -o \\( -type d -o -type f \\) -print 2>/dev/null | while read p; do [ ! -w \"$p\" ] || echo \"$p\"; done | sort", cancellationToken);

        end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("/dev/mqueue", "/dev/shm", "/run/vmsandbox/inbox", "/tmp", "/var/tmp", "/work");
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_program_is_refused_all_that_only_root_may_do(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("attack", await GuestProgram.CompileAsync("attack", cancellationToken), executable: true, cancellationToken);

        var end = await Session.RunAsync(new TaskStartRequest { TaskId = "1", Program = "attack" }, cancellationToken);

        var lines = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCountGreaterThan(90);
        lines.Where(static line => !line.EndsWith(": refused", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [TestCase("cat /proc/1/root/etc/hostname")]
    [TestCase("cd /proc/1/cwd && cat etc/hostname")]
    [TestCase("chroot / true")]
    [TestCase("mknod disk b 254 0")]
    [TestCase("head -c 1 /dev/vda")]
    [TestCase("head -c 1 /dev/vdd")]
    [TestCase("mount -t tmpfs none /tmp")]
    [TestCase("umount /work")]
    [TestCase("ls /var/lib/vmsandbox/")]
    [TestCase("cat /dev/mem")]
    [TestCase("echo x > /usr/share/greeting")]
    [TestCase("unshare -U true")]
    public async Task There_is_no_way_out_of_its_root(string attempt, CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync(attempt, cancellationToken);

        end.ExitCode.Should().NotBe(0);
        end.Output.Should().BeEmpty();
        end.Errors.Should().NotBeEmpty();
    }

    /// <summary>".." of a root is that root, and a working directory from outside is nobody's.</summary>
    [Test]
    public async Task Upwards_there_is_only_its_root(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync("cd /; i=0; while [ $i -lt 40 ]; do cd ..; i=$((i+1)); done; pwd; cat etc/issue; ls -A /run", cancellationToken);

        end.Output.Should().Be("/\nan addition\nvmsandbox\n");
    }
}
