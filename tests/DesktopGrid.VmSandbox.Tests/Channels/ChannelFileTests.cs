using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Tests.Channels;

public sealed class ChannelFileTests
{
    [Test]
    public void A_key_gives_its_channel_again([Range(0, ProtocolLimits.MaxChannels - 1)] int channel) =>
        ChannelFile.ChannelOf(ChannelFile.KeyOf(channel)).Should().Be(channel);

    [TestCase("")]
    [TestCase("channel")]
    [TestCase("channel.")]
    [TestCase("channel.16")]
    [TestCase("channel.00")]
    [TestCase("channel.+1")]
    [TestCase("channel.-1")]
    [TestCase("channel. 1")]
    [TestCase("channel.1 ")]
    [TestCase("channel.1.2")]
    [TestCase("channel.٣")]
    [TestCase("channel.99999999999")]
    [TestCase("Channel.1")]
    [TestCase("xchannel.1")]
    public void What_is_no_key_of_a_channel_has_none(string key) => ChannelFile.ChannelOf(key).Should().BeNull();

    [Test]
    public void The_shape_of_BOINC_s_is_the_default_and_has_no_fault()
    {
        var shape = new ChannelFile { Path = "boinc_mmap_file", ToHost = [1, 3, 5, 6], Repeated = [4] };

        (shape.Count, shape.Size, shape.Fault()).Should().Be((8, 1024, null));
    }

    private static IEnumerable<TestCaseData> Faults() =>
    [
        new(new ChannelFile { Path = "f", Count = 0 }, "1 to 16"),
        new(new ChannelFile { Path = "f", Count = 17 }, "1 to 16"),
        new(new ChannelFile { Path = "f", Size = 63 }, "64 to 4096"),
        new(new ChannelFile { Path = "f", Size = int.MaxValue }, "64 to 4096"),
        new(new ChannelFile { Path = "f", Count = 2, ToHost = [2] }, "from 0 to 1"),
        new(new ChannelFile { Path = "f", Repeated = [-1] }, "from 0 to 7"),
        new(new ChannelFile { Path = "f", ToHost = [1, 2], Repeated = [2] }, "cannot be repeated"),
    ];

    [TestCaseSource(nameof(Faults))]
    public void What_cannot_be_is_said(ChannelFile shape, string words) => shape.Fault().Should().Contain(words);

    [Test]
    public void What_JSON_leaves_out_is_as_the_record_says_and_null_is_refused()
    {
        var start = JsonSerializer.Deserialize("""{"taskId":"1","program":"p","channels":{"path":"f","toHost":[5]}}""", ContractsJsonContext.Default.TaskStartRequest)!;
        var broken = () => JsonSerializer.Deserialize("""{"taskId":"1","program":"p","channels":{"path":"f","repeated":null}}""", ContractsJsonContext.Default.TaskStartRequest);

        start.Channels.Should().BeEquivalentTo(new ChannelFile { Path = "f", ToHost = [5] });
        broken.Should().Throw<JsonException>();
    }
}
