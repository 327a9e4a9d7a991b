using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Tests.Platform.Linux;

namespace DesktopGrid.VmSandbox.Tests.Platform.Sockets;

[Platform("Linux")]
[Category("AlsoAsRoot")]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class UnixRuntimeDirectoriesTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private TemporaryFolder _folder = null!;
    private string _root = null!;
    private UnixRuntimeDirectories _directories = null!;

    [SetUp]
    public void Make()
    {
        _folder = new TemporaryFolder();
        _root = _folder.File("root");
        _directories = new UnixRuntimeDirectories(_root, 107);
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_machines_directory_is_its_owners_alone()
    {
        File.GetUnixFileMode(_directories.Create("m")).Should().Be(OwnerOnly);
        File.GetUnixFileMode(_root).Should().Be(OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    [Test]
    public void One_that_was_open_to_others_is_closed()
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, "m")).FullName;
        File.SetUnixFileMode(path, (UnixFileMode)0x1ff);
        File.GetUnixFileMode(_directories.Create("m")).Should().Be(OwnerOnly);
    }

    [Test]
    public void It_is_removed_with_all_that_is_in_it_and_once_more_is_no_harm()
    {
        var path = _directories.Create("m");
        File.WriteAllText(Path.Combine(path, "left"), "");
        _directories.Remove("m");
        Directory.Exists(path).Should().BeFalse();
        FluentActions.Invoking(() => _directories.Remove("m")).Should().NotThrow();
    }

    [Test]
    public void A_root_that_is_a_link_is_refused()
    {
        Directory.CreateSymbolicLink(_root, _folder.Make("elsewhere"));
        Refused("it is a link.");
    }

    [Test]
    public void A_machines_directory_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(_root);
        Directory.CreateSymbolicLink(Path.Combine(_root, "m"), _folder.Make("elsewhere"));
        Refused("it is a link.");
    }

    [Test]
    public void A_file_in_its_place_is_refused()
    {
        File.WriteAllText(_root, "");
        Refused("");
    }

    [Test]
    public void Another_users_directory_is_refused()
    {
        // Made by the tests' user and open to all; asked for by nobody. An ordinary user's tests ask for one of root's.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ff);
        Directory.CreateDirectory(Path.Combine(_root, "m"));
        File.SetUnixFileMode(_root, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(Path.Combine(_root, "m"), (UnixFileMode)0x1ff);
        var directories = DesktopGrid.VmSandbox.Platform.Linux.LinuxNative.IsRoot ? _directories : new UnixRuntimeDirectories("/", 107);
        NobodyThread.Run(() => FluentActions.Invoking(() => directories.Create("m")).Should().Throw<PlatformException>().WithMessage("The private directory * for sockets cannot be made: *"));
    }

    [Test]
    public void A_path_that_no_socket_holds_is_refused_in_one_sentence()
    {
        var deep = "/" + new string('d', 100);
        _directories.Endpoint(deep, "p0000").Path.Should().HaveLength(107).And.EndWith("/p0000");
        FluentActions.Invoking(() => _directories.Endpoint(deep, "p00000")).Should().Throw<PlatformException>()
            .WithMessage($"The socket {deep}/p00000 has a path of 108 bytes, and 107 is the most that this system allows. Let the directory for temporary files be a shorter one.");
    }

    private void Refused(string reason) => FluentActions.Invoking(() => _directories.Create("m")).Should().Throw<PlatformException>()
        .WithMessage($"The private directory {_root}/m for sockets cannot be made: *{reason}*Set XDG_RUNTIME_DIR or TMPDIR to a short directory of your own.");

    [Test]
    public void What_a_killed_host_s_trials_left_is_swept_and_nothing_else()
    {
        var (trial, machine) = (_directories.Create(TrialDirectories.NewName()), _directories.Create("0123456789ab"));
        File.WriteAllText(Path.Combine(trial, "monitor"), "");

        _directories.SweepTrials(DateTimeOffset.UtcNow.AddHours(-1));
        Directory.Exists(trial).Should().BeTrue("it may be under way");

        _directories.SweepTrials(DateTimeOffset.UtcNow.AddHours(1));
        Directory.Exists(trial).Should().BeFalse();
        Directory.Exists(machine).Should().BeTrue();
    }
}
