using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>Messages at their limits and beyond: what is too large is refused in words, and what gives way leaves a gap in the numbers.</summary>
[CancelAfter(240_000)]
public sealed class MessageLimitTests : GuestFixture
{
    private const int Largest = ProtocolLimits.MaxMessageBytes;
    private static readonly string LongestKey = new('k', ProtocolLimits.MaxMessageKeyLength);

    [Test]
    [Category("AlsoAsRoot")]
    public async Task The_largest_message_to_the_guest_arrives_and_a_larger_one_is_refused(CancellationToken cancellationToken)
    {
        var value = new byte[Largest];
        new Random(1).NextBytes(value);

        await Session.MessageToGuestAsync(LongestKey, value, cancellationToken);
        await RefusedAsync(SandboxErrorCode.GuestTooLarge, () => Session.MessageToGuestAsync("key", new byte[Largest + 1], cancellationToken));
        await RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.MessageToGuestAsync(LongestKey + "k", value, cancellationToken));

        var inbox = await Session.ShellAsync("cd $VMSANDBOX_INBOX; ls; cat *-k* | sha256sum", cancellationToken);
        inbox.Output.Should().StartWith($"000000001-{LongestKey}\n{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(value))}");
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("../b")]
    [TestCase("a\nb")]
    [TestCase("ü")]
    public async Task A_name_of_a_message_that_is_none_is_refused(string key, CancellationToken cancellationToken)
    {
        await RefusedAsync(SandboxErrorCode.GuestRefused, () => Session.MessageToGuestAsync(key, "value"u8.ToArray(), cancellationToken));

        (await Session.ShellAsync("ls $VMSANDBOX_INBOX", cancellationToken)).Output.Should().BeEmpty();
    }

    [Test]
    public async Task Messages_that_fill_the_inbox_are_refused_as_a_full_disk_and_none_is_lost(CancellationToken cancellationToken)
    {
        // The inbox lies in a tenth of the guest's memory; 600 of the largest are more.
        var sent = 0;
        var failure = (await FluentActions.Awaiting(async () =>
        {
            for (; sent < 600; sent++)
            {
                await Session.MessageToGuestAsync("key", new byte[Largest], cancellationToken);
            }
        }).Should().ThrowAsync<SessionException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.GuestDiskFull, failure.Message);
        sent.Should().BePositive();
        (await Session.ShellAsync("ls $VMSANDBOX_INBOX | wc -l; rm $VMSANDBOX_INBOX/*", cancellationToken)).Output.Trim().Should().Be($"{sent}");
        await Session.MessageToGuestAsync("key", new byte[Largest], cancellationToken);
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task The_largest_message_to_the_host_arrives_and_a_larger_one_is_refused_to_the_program(CancellationToken cancellationToken)
    {
        var end = await Session.ShellAsync(
            $"""
            text() {"{"} head -c $1 /dev/zero | tr '\0' x; {"}"}
            text {Largest} | msg_to_host {LongestKey} - ; echo $?
            text {Largest + 1} | msg_to_host key - ; echo $?
            text {Largest + 64} | msg_to_host k - ; echo $?
            text 3000000 | msg_to_host key - ; echo $?
            msg_to_host {LongestKey}k value; echo $?
            msg_to_host '' value; echo $?
            msg_to_host key; echo $?
            msg_to_host key ''; echo $?
            """,
            cancellationToken);

        end.Output.Should().Be("0\n1\n1\n1\n1\n1\n2\n0\n", end.Errors);
        end.Errors.Split('\n').Where(static line => line.StartsWith("msg_to_host:", StringComparison.Ordinal)).Should().Equal(
            [.. Enumerable.Repeat($"msg_to_host: the message is longer than {Largest} bytes", 3), .. Enumerable.Repeat($"msg_to_host: the message's name must have 1 to {LongestKey.Length} characters", 2)]);
        end.Messages.Should().Equal(new GuestMessage(1, LongestKey, new string('x', Largest)), new GuestMessage(2, "key", ""));
        (await Session.MessagesToHostAsync(cancellationToken: cancellationToken)).Should().Equal(end.Messages);
    }

    [Test]
    public async Task A_message_of_characters_that_JSON_makes_six_times_as_long_arrives_whole(CancellationToken cancellationToken)
    {
        await Session.ShellAsync($"i=0; while [ $i -lt 5 ]; do head -c {Largest} /dev/zero | tr '\\0' '\\001' | msg_to_host key -; i=$((i+1)); done", cancellationToken);

        (await Session.MessagesToHostAsync(cancellationToken: cancellationToken)).Should().Equal(Enumerable.Range(1, 5).Select(static i => new GuestMessage(i, "key", new string('\u0001', Largest))));
    }

    [Test]
    public async Task Beyond_what_is_kept_the_oldest_give_way_and_the_numbers_tell(CancellationToken cancellationToken)
    {
        // 70 of the largest are more than the guest keeps together. Nobody follows while they are sent.
        await Session.PutFileAsync("messages", await GuestProgram.CompileAsync("messages", cancellationToken), executable: true, cancellationToken);
        await Session.StartAsync(new TaskStartRequest { TaskId = "1", Program = "messages", Arguments = ["send", "70", $"{Largest}"] }, cancellationToken: cancellationToken);
        (await Session.WaitForEndAsync(cancellationToken)).ExitCode.Should().Be(0);

        var kept = await Session.MessagesToHostAsync(cancellationToken: cancellationToken);

        const int room = ProtocolLimits.MaxMessageCharactersKept / Largest;
        kept.Select(static message => message.Number).Should().Equal(Enumerable.Range(70 - room + 1, room).Select(static i => (long)i));
        kept.Should().OnlyContain(static message => message.Value == message.Number.ToString($"D{Largest}", CultureInfo.InvariantCulture));
        (await Session.GetTaskAsync(cancellationToken)).LastMessage.Should().Be(70);
    }

    private static async Task RefusedAsync(SandboxErrorCode code, Func<Task> verb)
    {
        var failure = (await verb.Should().ThrowAsync<SessionException>()).Which;
        failure.Code.Should().Be(code, failure.Message);
    }
}
