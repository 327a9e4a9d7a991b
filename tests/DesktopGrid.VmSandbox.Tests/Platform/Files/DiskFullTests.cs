using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Tests.Platform.Files;

public sealed class DiskFullTests
{
    [TestCase(28, Description = "ENOSPC")]
    [TestCase(122, Description = "EDQUOT of Linux")]
    [TestCase(69, Description = "EDQUOT of macOS")]
    [TestCase(unchecked((int)0x80070070), Description = "ERROR_DISK_FULL")]
    [TestCase(unchecked((int)0x80070027), Description = "ERROR_HANDLE_DISK_FULL")]
    [TestCase(unchecked((int)0x8007050F), Description = "ERROR_DISK_QUOTA_EXCEEDED")]
    public void A_full_disk_is_known_by_its_number(int number) => DiskFull.Is(new IOException("", number)).Should().BeTrue();

    [TestCase(2)]
    [TestCase(13)]
    [TestCase(unchecked((int)0x80070020), Description = "ERROR_SHARING_VIOLATION")]
    [TestCase(unchecked((int)0x8007001C), Description = "ERROR_OUT_OF_PAPER, whose low half is ENOSPC")]
    public void Other_failures_are_not(int number) => DiskFull.Is(new IOException("", number)).Should().BeFalse();

    [Test]
    public void Only_a_failure_of_input_or_output_is_asked() => DiskFull.Is(new InvalidOperationException { HResult = 28 }).Should().BeFalse();

    [Test]
    [Platform("Linux")]
    public void A_really_full_disk_is_one()
    {
        var thrown = FluentActions.Invoking(static () =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            full.Write([1]);
        }).Should().Throw<IOException>().Which;
        DiskFull.Is(thrown).Should().BeTrue();
    }
}
