using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Files;

namespace DesktopGrid.VmSandbox.Tests.Platform;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class UnixPrivateFilesTests
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode MyFolder = Mine | UnixFileMode.UserExecute;

    [TestCase(false, false, MyFolder)]
    [TestCase(false, true, MyFolder)]
    [TestCase(true, false, MyFolder)]
    [TestCase(true, true, MyFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)]
    public void A_folder_is_entered_by_its_user_and_passed_by_machines_that_have_a_user_of_their_own(bool lends, bool isPassage, UnixFileMode mode)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("above/store");

        new UnixPrivateFiles(lends).MakeFolder(path, isPassage);

        File.GetUnixFileMode(path).Should().Be(mode);
    }

    [Test]
    public void A_file_is_its_user_s_alone()
    {
        using var folder = new TemporaryFolder();

        new UnixPrivateFiles(lendsToMachines: true).MakeFile(folder.File("x"));

        File.GetUnixFileMode(folder.File("x")).Should().Be(Mine);
    }

    [Test]
    public void A_sparse_file_is_as_private_and_its_length_takes_no_space()
    {
        using var folder = new TemporaryFolder();
        var before = new DriveInfo(folder.Path).AvailableFreeSpace;

        new UnixPrivateFiles(lendsToMachines: true).MakeSparseFile(folder.File("x"), before + (1L << 30));

        File.GetUnixFileMode(folder.File("x")).Should().Be(Mine);
        new FileInfo(folder.File("x")).Length.Should().Be(before + (1L << 30), "the disk has less room than that");
    }

    [Test]
    public void A_file_too_long_for_the_file_system_is_an_error()
    {
        using var folder = new TemporaryFolder();

        FluentActions.Invoking(() => new UnixPrivateFiles(lendsToMachines: true).MakeSparseFile(folder.File("x"), long.MaxValue)).Should().Throw<IOException>();
    }

    [Test]
    public void What_is_there_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x"), "kept");
        var (file, place) = (File.GetUnixFileMode(folder.File("x")), File.GetUnixFileMode(folder.Make("f")));
        var files = new UnixPrivateFiles(lendsToMachines: true);

        files.MakeFile(folder.File("x"));
        files.MakeFolder(folder.File("f"), isPassage: true);

        File.ReadAllText(folder.File("x")).Should().Be("kept");
        (File.GetUnixFileMode(folder.File("x")), File.GetUnixFileMode(folder.File("f"))).Should().Be((file, place));
    }

    [Test]
    public void What_others_wrote_is_flushed_by_one_who_may_only_read_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x"), "written");
        File.SetUnixFileMode(folder.File("x"), UnixFileMode.UserRead);
        var files = new UnixPrivateFiles(lendsToMachines: false);

        files.Invoking(it => it.FlushFile(folder.File("x"))).Should().NotThrow();
        files.Invoking(it => it.FlushFolder(folder.Path)).Should().NotThrow();
        files.Invoking(it => it.FlushFile(folder.File("none"))).Should().Throw<IOException>();
        files.Invoking(it => it.FlushFolder(folder.File("none"))).Should().Throw<IOException>().Which.Message.Should().Contain(folder.File("none"));
    }
}
