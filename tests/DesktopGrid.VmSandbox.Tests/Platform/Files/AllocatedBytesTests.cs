namespace DesktopGrid.VmSandbox.Tests.Platform.Files;

public sealed class AllocatedBytesTests
{
    [Test]
    public void A_hole_takes_nothing_and_what_was_written_does()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("sparse");
        using (var file = File.Create(path))
        {
            file.Write(new byte[1024 * 1024].Select(static (_, i) => (byte)i).ToArray());
            file.SetLength(1L << 32);
            file.Flush(flushToDisk: true);
        }

        TemporaryFolder.PrivateFiles.AllocatedBytes(path).Should().BeInRange(1024 * 1024, 2 * 1024 * 1024);
    }

    [Test]
    public void One_that_is_not_there_cannot_be_asked() =>
        FluentActions.Invoking(static () => TemporaryFolder.PrivateFiles.AllocatedBytes("/there/is/none")).Should().Throw<IOException>().WithMessage("*/there/is/none*");
}
