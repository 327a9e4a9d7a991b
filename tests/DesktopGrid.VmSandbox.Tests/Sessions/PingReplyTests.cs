using System.Text;
using System.Text.Json;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Tests.Sessions;

public sealed class PingReplyTests
{
    [Test]
    public void What_is_written_without_the_serializer_is_what_the_serializer_writes([Values] GuestTaskState state)
    {
        var reply = new PingReply(7, "1.2.3 \"ä\"", 123_456_789_012, state);

        Encoding.UTF8.GetString(reply.ToJson()).Should().Be(JsonSerializer.Serialize(reply, ContractsJsonContext.Default.PingReply));
    }
}
