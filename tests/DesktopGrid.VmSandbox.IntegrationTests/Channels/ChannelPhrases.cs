using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Channels;

/// <summary>What tests of channels say to a session again and again.</summary>
internal static class ChannelPhrases
{
    public const string File = "boinc_mmap_file";

    /// <summary>Channels as BOINC has them: 4 is the heartbeat, 5 the status, 6 what is rare.</summary>
    public static ChannelFile Eight { get; } = new() { Path = File, ToHost = [1, 3, 5, 6], Repeated = [4] };

    public static TaskStartRequest Shell(string script, ChannelFile? channels = null) => SessionPhrases.Shell(script) with { Channels = channels ?? Eight };

    /// <summary>Starts the program of these tests and waits until it has mapped the file.</summary>
    public static async Task StartProgramAsync(this ISandboxSession session, CancellationToken cancellationToken, params string[] arguments)
    {
        await session.PutFileAsync("channels", await GuestProgram.CompileAsync("channels", "Channels", cancellationToken), executable: true, cancellationToken);
        await session.StartAndWaitForAsync(new TaskStartRequest { TaskId = "1", Program = "channels", Arguments = arguments, Channels = Eight }, "ready", cancellationToken);
    }

    public static Task TellAsync(this ISandboxSession session, int channel, string text, CancellationToken cancellationToken) =>
        session.MessageToGuestAsync(ChannelFile.KeyOf(channel), Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Waits for a message of a channel.</summary>
    public static async Task HearAsync(this ISandboxSession session, int channel, string text, CancellationToken cancellationToken)
    {
        await foreach (var happened in session.FollowAsync(default, cancellationToken))
        {
            if (happened is TaskMessage { Message: var message } && message.Key == ChannelFile.KeyOf(channel) && message.Value == text)
            {
                return;
            }
        }

        throw new AssertionException($"The program ended, and channel {channel} never said \"{text}\".");
    }

    /// <summary>What a channel said, oldest first.</summary>
    public static IEnumerable<string> Of(this IEnumerable<GuestMessage> messages, int channel) =>
        messages.Where(message => message.Key == ChannelFile.KeyOf(channel)).Select(static message => message.Value);

    public static async Task RefusedAsync(SandboxErrorCode code, Func<Task> verb)
    {
        var failure = (await verb.Should().ThrowAsync<SessionException>()).Which;
        failure.Code.Should().Be(code, failure.Message);
    }
}
