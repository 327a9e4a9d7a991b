using System.Runtime.Versioning;
using System.Text;
using DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Tests.Channels;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class ChannelMemoryTests
{
    private const int Size = 64;

    private TemporaryFolder _folder = null!;
    private SafeFileHandle _program = null!;
    private ChannelMemory _memory = null!;

    [SetUp]
    public void Make()
    {
        _folder = new TemporaryFolder();
        var path = Path.Combine(_folder.Path, "file");
        File.WriteAllBytes(path, new byte[4 * Size]);
        _program = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        _memory = new ChannelMemory(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), Size);
    }

    [TearDown]
    public void Close()
    {
        _memory.Dispose();
        _program.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_channel_is_filled_once_and_empty_when_it_was_taken()
    {
        _memory.TryPut(1, "text"u8).Should().BeTrue();
        _memory.TryPut(1, "another"u8).Should().BeFalse("it is full");
        Read(Size, 6).Should().Equal([1, .. "text"u8, 0]);

        _memory.Take(1).Should().Be("text");
        _memory.Take(1).Should().BeNull();
        (Read(Size, 1)[0], _memory.TryPut(1, "another"u8)).Should().Be((0, true));
        (_memory.Take(0), _memory.Take(2)).Should().Be((null, null), "a neighbour is not touched");
    }

    [TestCase(1)]
    [TestCase(0xff)]
    public void Any_flag_but_0_is_full(byte flag)
    {
        Write(0, [flag, .. "text"u8]);

        _memory.Take(0).Should().Be("text");
    }

    [Test]
    public void The_longest_text_fits_and_one_without_an_end_is_cut()
    {
        var longest = new string('x', Size - 2);
        _memory.TryPut(3, Encoding.ASCII.GetBytes(longest)).Should().BeTrue();
        Write(0, Enumerable.Repeat((byte)'y', Size).ToArray());

        _memory.Take(3).Should().Be(longest);
        _memory.Take(0).Should().Be(new string('y', Size - 2));
        _memory.Take(1).Should().BeNull("the text of another channel ended before it");
    }

    [Test]
    public void Broken_characters_are_replaced()
    {
        Write(0, [1, (byte)'a', 0xff, (byte)'b', 0]);

        _memory.Take(0).Should().Be("a\ufffdb");
    }

    [TestCase(0, Description = "nothing is left")]
    [TestCase(2 * Size, Description = "not its flag")]
    [TestCase(2 * Size + 1, Description = "its flag alone")]
    [TestCase(3 * Size - 1, Description = "all but its last byte")]
    public void What_was_cut_off_is_nothing_and_is_not_made_again(int length)
    {
        Write(2 * Size, [1, .. "text"u8]);
        RandomAccess.SetLength(_program, length);

        (_memory.Take(2), _memory.TryPut(3, "text"u8)).Should().Be((null, false));

        RandomAccess.GetLength(_program).Should().Be(length);
    }

    private byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        RandomAccess.Read(_program, bytes, offset).Should().Be(length);
        return bytes;
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_program, bytes, offset);
}
