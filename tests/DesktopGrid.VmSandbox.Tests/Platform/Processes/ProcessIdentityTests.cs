using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Processes;

public sealed class ProcessIdentityTests
{
    [TestCase(1, 0L, "")]
    [TestCase(4711, 134400279635327130L, "")]
    [TestCase(int.MaxValue, long.MaxValue, "5f0c9a1e-0000-4000-8000-000000000000")]
    public void It_is_read_as_it_was_written(int id, long start, string boot)
    {
        var identity = new ProcessIdentity(id, start, boot);
        ProcessIdentity.TryParse(identity.ToString()).Should().Be(identity);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("1")]
    [TestCase("1:2")]
    [TestCase("x:2:b")]
    [TestCase("1:y:b")]
    [TestCase("99999999999:2:b")]
    public void Anything_else_is_none(string? text) => ProcessIdentity.TryParse(text).Should().BeNull();
}
