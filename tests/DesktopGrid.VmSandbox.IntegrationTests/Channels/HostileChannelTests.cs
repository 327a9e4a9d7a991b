using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Channels;

/// <summary>Whatever a program does with the file of its channels, the daemon answers, nothing else is written, and the next task has channels that work.</summary>
[CancelAfter(240_000)]
public sealed class HostileChannelTests : GuestFixture
{
    // A text for channel 5, then its flag, by the program's own writes.
    private const string Say = "say() { printf \"$1\" | dd of=boinc_mmap_file bs=1 seek=$((5*1024+1)) conv=notrunc 2>/dev/null; printf '\\001' | dd of=boinc_mmap_file bs=1 seek=$((5*1024)) conv=notrunc 2>/dev/null; }; ";

    [TearDown]
    public async Task TheNextTaskHasChannelsThatWorkAsync()
    {
        await Session.StopAsync(TimeSpan.Zero);
        await Session.StartProgramAsync(TestContext.CurrentContext.CancellationToken, "talk");
        await Session.TellAsync(0, "end", TestContext.CurrentContext.CancellationToken);
        var end = await Session.FollowToEndAsync(TestContext.CurrentContext.CancellationToken);
        (end.ExitCode, end.Messages.Of(5).LastOrDefault()).Should().Be((0, "got end"), end.Errors);
    }

    [TestCase("rm boinc_mmap_file")]
    [TestCase(": > boinc_mmap_file")]
    [TestCase("truncate -s 100 boinc_mmap_file")]
    [TestCase("truncate -s 0 boinc_mmap_file; truncate -s 1099511627776 boinc_mmap_file")]
    [TestCase("rm boinc_mmap_file; ln -s /etc/passwd boinc_mmap_file")]
    [TestCase("rm boinc_mmap_file; mkdir boinc_mmap_file")]
    [TestCase("rm boinc_mmap_file; ln -s /proc/sysrq-trigger boinc_mmap_file")]
    [TestCase("chmod 0 boinc_mmap_file")]
    public async Task A_file_that_is_cut_or_replaced_is_nobody_else_s_trouble(string act, CancellationToken cancellationToken)
    {
        var before = (await Session.ShellAsync("cat /etc/passwd", cancellationToken)).Output;
        await Session.StartAndWaitForAsync(ChannelPhrases.Shell($"{act} && echo ready; sleep 2; cat /etc/passwd"), "ready", cancellationToken);

        await Session.TellAsync(0, "text", cancellationToken);
        await Session.TellAsync(4, "beat", cancellationToken);

        var end = await Session.FollowToEndAsync(cancellationToken);
        (end.ExitCode, end.Output).Should().Be((0, "ready\n" + before), end.Errors);
        (await Session.PingAsync(cancellationToken)).Task.Should().Be(GuestTaskState.Exited);
    }

    [Test]
    public async Task A_text_without_an_end_is_cut_and_broken_characters_are_replaced(CancellationToken cancellationToken)
    {
        var end = await Session.RunAsync(ChannelPhrases.Shell($$"""
            {{Say}}
            say 'a\377b\000c'; until [ "$(dd if=boinc_mmap_file bs=1 skip=$((5*1024)) count=1 2>/dev/null | tr '\0' 0)" = 0 ]; do usleep 20000; done
            head -c 8192 /dev/zero | tr '\0' x > whole; cat whole 1<> boinc_mmap_file
            """), cancellationToken);

        end.Messages.Of(5).Should().Equal("a\ufffdb", new string('x', 1022));
        end.Messages.Of(0).Should().BeEmpty("that is the host's");
        end.Messages.Select(static message => message.Key).Should().OnlyContain(static key => key == "channel.1" || key == "channel.3" || key == "channel.5" || key == "channel.6");
    }

    [TestCase("flood")]
    [TestCase("cut")]
    public async Task A_program_at_full_speed_costs_nobody_a_word_and_no_ping(string how, CancellationToken cancellationToken)
    {
        await Session.StartProgramAsync(cancellationToken, how, "6000");
        var pings = new List<double>();
        while ((await Session.GetTaskAsync(cancellationToken)).State == GuestTaskState.Running)
        {
            var clock = Stopwatch.StartNew();
            await Session.PingAsync(cancellationToken);
            pings.Add(clock.Elapsed.TotalMilliseconds);
            await Session.TellAsync(4, "beat", cancellationToken);
            await Task.Delay(100, cancellationToken);
        }

        var end = await Session.FollowToEndAsync(cancellationToken);
        end.ExitCode.Should().Be(0, end.Errors);
        TestContext.Out.WriteLine($"{pings.Count} pings, slowest {pings.Max():F0} ms; {end.Messages.Count} messages kept");
        pings.Should().HaveCountGreaterThan(10).And.OnlyContain(static ms => ms < 5_000);
        end.Messages.Should().OnlyContain(static message => message.Value.Length <= 1022 && Encoding.UTF8.GetByteCount(message.Value) <= 3 * 1022);
        Enumerable.Range(0, 8).Should().OnlyContain(channel => end.Messages.Of(channel).Count() <= ProtocolLimits.MaxChannelTexts);
    }

    [Test]
    public async Task A_disk_that_is_full_below_a_hole_in_the_file_stops_the_channels_only(CancellationToken cancellationToken)
    {
        const string fill = "step=1073741824; size=0; while [ $step -ge 4096 ]; do if fallocate -o $size -l $step fill 2>/dev/null; then size=$((size+step)); else step=$((step/2)); fi; done";
        await Session.StartAndWaitForAsync(ChannelPhrases.Shell($"truncate -s 0 boinc_mmap_file; {fill}; truncate -s 8192 boinc_mmap_file; echo ready; sleep 2; echo alive"), "ready", cancellationToken);

        await Session.TellAsync(0, "text", cancellationToken);

        var end = await Session.FollowToEndAsync(cancellationToken);
        (end.ExitCode, end.Output).Should().Be((0, "ready\nalive\n"), end.Errors);
        await Session.DeleteAsync(".", recursive: true, cancellationToken);
    }
}
