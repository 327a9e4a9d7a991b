using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Tests.Channels;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
[CancelAfter(30_000)]
public sealed class ChannelBridgeTests
{
    private const int Size = 64;
    private static readonly ChannelFile Shape = new() { Path = "f", Count = 4, Size = Size, ToHost = [2, 3], Repeated = [1] };

    private TemporaryFolder _folder = null!;
    private Outbox _outbox = null!;
    private ChannelMemory _program = null!;
    private ChannelBridge _bridge = null!;

    [SetUp]
    public void Make()
    {
        _folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(_folder.Path, "file"), new byte[4 * Size]);
        _outbox = new Outbox(new ChangeSignal());
        _program = new ChannelMemory(Open(), Size);
        _bridge = new ChannelBridge(new ChannelMemory(Open(), Size), Shape, _outbox);
    }

    [TearDown]
    public void Close()
    {
        _bridge.Dispose();
        _program.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Texts_go_both_ways_until_the_end_and_what_is_left_then_is_taken(CancellationToken cancellationToken)
    {
        _bridge.Start();
        _bridge.Post("channel.0", "one"u8.ToArray());
        _bridge.Post("channel.0", "two"u8.ToArray());
        var heard = new List<string> { await TakeAsync(0, cancellationToken), await TakeAsync(0, cancellationToken) };
        _program.TryPut(2, "status"u8).Should().BeTrue();
        while (_outbox.LastNumber == 0)
        {
            await Task.Delay(5, cancellationToken);
        }

        // The same again counts again, and the last word is not lost.
        _program.TryPut(2, "status"u8).Should().BeTrue();
        _program.TryPut(3, "rare"u8).Should().BeTrue();
        await _bridge.EndAsync().WaitAsync(cancellationToken);

        heard.Should().Equal("one", "two");
        _outbox.After(0).Messages.Should().Equal(new GuestMessage(1, "channel.2", "status"), new GuestMessage(2, "channel.2", "status"), new GuestMessage(3, "channel.3", "rare"));
    }

    [Test]
    public async Task A_heartbeat_goes_on_by_itself(CancellationToken cancellationToken)
    {
        _bridge.Start();
        _bridge.Post("channel.1", "beat"u8.ToArray());

        (await TakeAsync(1, cancellationToken), await TakeAsync(1, cancellationToken)).Should().Be(("beat", "beat"));
        await _bridge.EndAsync().WaitAsync(cancellationToken);
    }

    [TestCase("channel.4", "text", GuestErrorCode.BadRequest, "channel.0 to channel.3")]
    [TestCase("channel.x", "text", GuestErrorCode.BadRequest, "no channel of that name")]
    [TestCase("channel.2", "text", GuestErrorCode.BadRequest, "The program fills channel.2")]
    [TestCase("channel.0", "a\0", GuestErrorCode.BadRequest, "NUL")]
    [TestCase("channel.0", "123456789 123456789 123456789 123456789 123456789 123456789 123", GuestErrorCode.TooLarge, "at most 62 bytes, not 63")]
    public void What_cannot_be_said_is_refused(string key, string text, GuestErrorCode code, string words)
    {
        var refused = _bridge.Invoking(bridge => bridge.Post(key, System.Text.Encoding.UTF8.GetBytes(text))).Should().Throw<RequestException>().Which;

        (refused.Code, refused.Message).Should().Be((code, refused.Message));
        refused.Message.Should().Contain(words);
    }

    [Test]
    public void The_seventeenth_text_that_nobody_reads_is_refused()
    {
        for (var i = 0; i < ProtocolLimits.MaxChannelTexts; i++)
        {
            _bridge.Post("channel.0", [1]);
        }

        _bridge.Invoking(static bridge => bridge.Post("channel.0", [1])).Should().Throw<RequestException>().Which.Code.Should().Be(GuestErrorCode.Conflict);
    }

    private SafeFileHandle Open() => File.OpenHandle(Path.Combine(_folder.Path, "file"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private async Task<string> TakeAsync(int channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_program.Take(channel) is { } text)
            {
                return text;
            }

            await Task.Delay(5, cancellationToken);
        }
    }
}
