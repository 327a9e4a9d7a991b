using System.Text;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.SharedMemory;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.SharedMemory;

public sealed class ClientChannelsTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void What_the_client_writes_is_taken_once()
    {
        var path = _slot.Put("boinc_mmap_file", new string('\0', 8192));
        using var channels = new ClientChannels(MappedFile.Open(path, ChannelLayout.TotalBytes));
        Write(path, (int)ClientChannel.Heartbeat, "<heartbeat/>\n");

        channels.Take(ClientChannel.Heartbeat).Should().Be("<heartbeat/>\n");
        channels.Take(ClientChannel.Heartbeat).Should().BeNull();
        File.ReadAllBytes(path)[4 * 1024].Should().Be(0, "who receives takes the flag down");
    }

    [Test]
    public void What_is_sent_lies_where_the_client_looks_and_waits_until_it_is_taken()
    {
        var path = _slot.Put("boinc_mmap_file", new string('\0', 8192));
        using var channels = new ClientChannels(MappedFile.Open(path, ChannelLayout.TotalBytes));

        channels.TrySend(ClientChannel.AppStatus, "first").Should().BeTrue();
        channels.TrySend(ClientChannel.AppStatus, "second").Should().BeFalse();

        File.ReadAllBytes(path).AsSpan(5 * 1024, 7).ToArray().Should().Equal([1, .. Encoding.UTF8.GetBytes("first"), 0]);
    }

    [Test]
    public void A_text_without_an_end_is_taken_as_far_as_its_channel_goes()
    {
        var path = _slot.Put("boinc_mmap_file", new string('x', 8192));
        using var channels = new ClientChannels(MappedFile.Open(path, ChannelLayout.TotalBytes));

        channels.Take(ClientChannel.TrickleDown).Should().Be(new string('x', 1023));
    }

    [TestCase(0)]
    [TestCase(8191)]
    public void A_mapping_that_is_cut_is_said_to_be_so(int length)
    {
        var path = _slot.Put("boinc_mmap_file", new string('\0', length));

        ((Action)(() => MappedFile.Open(path, ChannelLayout.TotalBytes))).Should().Throw<BoincException>().WithMessage($"boinc_mmap_file has {length} bytes; the client's shared memory has 8192.");
    }

    [Test]
    public void Memory_that_is_not_there_is_said_to_be_so() => Opening("").Should().Throw<BoincException>().WithMessage("There is no boinc_mmap_file in the slot*").Which.Code.Should().Be(SandboxErrorCode.BoincClientUnreachable);

    [Test]
    public void A_segment_that_is_not_there_names_the_cure() =>
        Opening("-1</shm_key>", "12345</shm_key>").Should().Throw<BoincException>().WithMessage("The client's shared memory with the key 0x00003039 cannot be attached:*<api_version> of 6.0 or later.");

    private Action Opening(string what, string with = "") => () =>
        ClientMemory.Open(_slot.Slot, AppInitDataReader.Parse(what.Length == 0 ? InitDataText.Of() : InitDataText.Of().Replace(what, with))).Dispose();

    private static void Write(string path, int channel, string text)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = (channel * 1024) + 1;
        file.Write(Encoding.UTF8.GetBytes(text + "\0"));
        file.Position = channel * 1024;
        file.WriteByte(1);
    }
}
