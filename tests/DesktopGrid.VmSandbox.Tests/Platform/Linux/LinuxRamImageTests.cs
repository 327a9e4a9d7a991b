using System.Security.Cryptography;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.Memory;

namespace DesktopGrid.VmSandbox.Tests.Platform.Linux;

[Platform("Linux")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LinuxRamImageTests
{
    private const int Page = 4096, Pages = 600;

    private readonly LinuxRamImages _images = new();

    [Test]
    public void What_was_written_is_kept_zeros_take_no_memory_and_nothing_can_be_written_any_more()
    {
        using var image = Make(Pages);
        var content = new byte[Pages * Page];
        foreach (var page in (int[])[0, 3, 255, 256, 511, 599])
        {
            RandomNumberGenerator.Fill(content.AsSpan(page * Page, Page));
        }

        // One byte of a page is enough, the last one too.
        content[(100 * Page) + Page - 1] = 1;
        Fill(image, content);
        Allocated(image).Should().Be(Pages * Page, "zeros were written, too");

        image.Seal(CancellationToken.None);

        using var loan = image.Lend();
        File.ReadAllBytes(loan.Path).Should().Equal(content);
        Allocated(image).Should().Be(7 * Page);
        using var file = File.OpenHandle(loan.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        FluentActions.Invoking(() => RandomAccess.Write(file, [1], 0)).Should().Throw<UnauthorizedAccessException>();
        FluentActions.Invoking(() => RandomAccess.SetLength(file, 1)).Should().Throw<UnauthorizedAccessException>();
    }

    [Test]
    public void One_that_is_still_mapped_for_writing_is_not_sealed()
    {
        using var image = Make(1);
        using var loan = image.Lend();
        using var map = System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile(loan.Path, FileMode.Open);
        using var view = map.CreateViewAccessor();
        view.Write(0, 1);
        FluentActions.Invoking(() => image.Seal(CancellationToken.None)).Should().Throw<PlatformException>();
    }

    [Test]
    public void One_that_was_given_up_is_lent_no_more_and_a_loan_keeps_it_until_then()
    {
        var image = Make(1);
        var loan = image.Lend();
        image.Dispose();
        File.Exists(loan.Path).Should().BeTrue();
        loan.Dispose();
        FluentActions.Invoking(image.Lend).Should().Throw<PlatformException>();
    }

    [Test]
    public void A_size_that_cannot_be_is_one_clear_error() =>
        FluentActions.Invoking(() => _images.Make("x", -1)).Should().Throw<PlatformException>().WithMessage("*-1 bytes*");

    private LinuxRamImage Make(int pages) => (LinuxRamImage)((IRamImages)_images).Make("vmsandbox-test", (long)pages * Page);

    private static void Fill(LinuxRamImage image, byte[] content)
    {
        using var loan = image.Lend();
        using var file = File.OpenHandle(loan.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, content, 0);
    }

    private static long Allocated(LinuxRamImage image)
    {
        using var loan = image.Lend();
        return new UnixPrivateFiles(lendsToMachines: false).AllocatedBytes(loan.Path);
    }
}
