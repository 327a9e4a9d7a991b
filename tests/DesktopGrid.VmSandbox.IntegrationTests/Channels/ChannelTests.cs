using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Channels;

/// <summary>A program that has mapped the file of channels and the host talk to each other.</summary>
[CancelAfter(240_000)]
public sealed class ChannelTests : GuestFixture
{
    private const int Longest = 1022;

    [Test]
    [Category("AlsoAsRoot")]
    public async Task Texts_go_both_ways_in_order_and_the_last_is_told_before_the_end(CancellationToken cancellationToken)
    {
        string[] texts = ["<suspend/>", "<resume/>", "<resume/>", "", "ü€😀", new('x', Longest - 4), "end"];
        await Session.StartProgramAsync(cancellationToken, "talk");

        foreach (var text in texts)
        {
            await Session.TellAsync(0, text, cancellationToken);
        }

        var end = await Session.FollowToEndAsync(cancellationToken);
        end.ExitCode.Should().Be(0, end.Errors);
        end.Messages.Of(5).Should().Equal(texts.Select(static text => "got " + text));
        end.Messages.Of(6).Should().Equal("left behind");
        (await Session.MessagesToHostAsync(cancellationToken: cancellationToken)).Should().Equal(end.Messages);
    }

    [Test]
    public async Task The_longest_text_arrives_whole_and_a_longer_one_is_refused(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(ChannelPhrases.Shell($"echo ready; until [ \"$(head -c 1 {ChannelPhrases.File} | tr '\\001' 1)\" = 1 ]; do usleep 20000; done; head -c 1024 {ChannelPhrases.File} | tail -c 1023 | tr '\\0' .; cat"), "ready", cancellationToken);

        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestTooLarge, () => Session.TellAsync(0, new string('y', Longest + 1), cancellationToken));
        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.TellAsync(0, "a\0b", cancellationToken));
        await Session.TellAsync(0, new string('x', Longest), cancellationToken);

        (await Session.FollowToEndAsync(cancellationToken)).Output.Should().Be("ready\n" + new string('x', Longest) + ".");
    }

    [Test]
    public async Task What_was_said_once_to_a_repeated_channel_is_heard_each_second_and_the_newest_counts(CancellationToken cancellationToken)
    {
        await Session.StartProgramAsync(cancellationToken, "beat", "8000");
        await Session.TellAsync(4, "old", cancellationToken);
        for (var i = 0; i < 40; i++)
        {
            await Session.TellAsync(4, $"{i}", cancellationToken);
        }

        var beats = (await Session.FollowToEndAsync(cancellationToken)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static line => line.Split(' ')).Select(static line => (Time: int.Parse(line[0], CultureInfo.InvariantCulture), Text: line[1])).ToList();

        var repeated = beats.SkipWhile(static beat => beat.Text != "39").ToList();
        repeated.Should().OnlyContain(static beat => beat.Text == "39").And.HaveCountGreaterThanOrEqualTo(4);
        repeated.Zip(repeated.Skip(1), static (one, next) => next.Time - one.Time).Should().OnlyContain(static pause => pause > 900 && pause < 2500);
    }

    [Test]
    public async Task What_a_program_does_not_read_waits_up_to_a_bound_and_then_is_refused(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(ChannelPhrases.Shell("echo ready; sleep 1000"), "ready", cancellationToken);

        var told = 0;
        var failure = (await FluentActions.Awaiting(async () =>
        {
            for (; told < 100; told++)
            {
                await Session.TellAsync(2, $"{told}", cancellationToken);
            }
        }).Should().ThrowAsync<SessionException>()).Which;

        (failure.Code, failure.GuestError).Should().Be((SandboxErrorCode.GuestRefused, GuestErrorCode.Conflict), failure.Message);
        failure.Message.Should().Contain("The program does not read channel.2: 16 texts wait");
        told.Should().BeInRange(ProtocolLimits.MaxChannelTexts, ProtocolLimits.MaxChannelTexts + 1, "one may stand in the channel already");
        await Session.TellAsync(0, "another channel has room", cancellationToken);
    }

    [TestCase("channel.8")]
    [TestCase("channel.16")]
    [TestCase("channel.5", Description = "the program's")]
    [TestCase("channel.00")]
    [TestCase("channel.-1")]
    [TestCase("channel.x")]
    [TestCase("channel.")]
    public async Task A_name_that_means_no_channel_of_the_host_is_refused_while_the_task_runs(string key, CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(ChannelPhrases.Shell("echo ready; sleep 1000"), "ready", cancellationToken);

        await ChannelPhrases.RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.MessageToGuestAsync(key, "text"u8.ToArray(), cancellationToken));
        await Session.MessageToGuestAsync("channels", "an ordinary message"u8.ToArray(), cancellationToken);
    }

    [Test]
    public async Task Without_channels_and_after_the_end_such_a_name_is_one_of_the_inbox(CancellationToken cancellationToken)
    {
        await Session.StartAndWaitForAsync(SessionPhrases.Shell("echo ready; until ls $VMSANDBOX_INBOX/*-channel.0; do usleep 20000; done"), "ready", cancellationToken);
        await Session.TellAsync(0, "text", cancellationToken);
        (await Session.FollowToEndAsync(cancellationToken)).Output.Should().EndWith("000000001-channel.0\n");
        (await Session.RunAsync(ChannelPhrases.Shell("true"), cancellationToken)).ExitCode.Should().Be(0);

        await Session.TellAsync(0, "text", cancellationToken);

        (await Session.ShellAsync("ls $VMSANDBOX_INBOX", cancellationToken)).Output.Should().Be("000000001-channel.0\n000000002-channel.0\n");
    }

    [Test]
    public async Task A_status_that_nobody_takes_pushes_out_older_ones_only(CancellationToken cancellationToken)
    {
        await Session.PutFileAsync("channels", await Hostility.GuestProgram.CompileAsync("channels", "Channels", cancellationToken), executable: true, cancellationToken);
        await Session.StartAsync(ChannelPhrases.Shell("msg_to_host rare word; ./channels status 40"), cancellationToken: cancellationToken);
        (await Session.WaitForEndAsync(cancellationToken)).ExitCode.Should().Be(0);

        var kept = await Session.MessagesToHostAsync(cancellationToken: cancellationToken);

        kept[0].Should().Be(new GuestMessage(1, "rare", "word"));
        kept.Of(5).Should().Equal(Enumerable.Range(25, ProtocolLimits.MaxChannelTexts).Select(static i => $"{i}"));
        (await Session.GetTaskAsync(cancellationToken)).LastMessage.Should().Be(41);
    }

    [Test]
    public async Task A_task_with_channels_lets_the_guest_rest_nearly_as_well(CancellationToken cancellationToken)
    {
        // That of IdleDaemonTests, and five looks a second.
        const int mostWakesPerSecond = 18 + 10;
        var end = await Session.RunAsync(
            ChannelPhrases.Shell("""
                count() { n=0; for each in $(cat /proc/1/task/*/status | grep ^voluntary | cut -f2); do n=$((n + each)); done; echo $n; }
                before=$(count); sleep 5; echo $(($(count) - before))
                """),
            cancellationToken);

        TestContext.Out.WriteLine($"{end.Output.Trim()} in 5 s");
        int.Parse(end.Output, CultureInfo.InvariantCulture).Should().BeInRange(20, 5 * mostWakesPerSecond);
    }
}
