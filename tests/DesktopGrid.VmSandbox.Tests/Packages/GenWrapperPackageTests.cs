using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Packages;

/// <summary>What job a package becomes, and which packages become none.</summary>
public sealed class GenWrapperPackageTests
{
    private TemporaryFolder _folder = null!;
    private SamplePackage _sample = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _sample = new SamplePackage(_folder.File("package"));
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task A_package_becomes_a_job_of_all_its_files_but_the_launcher()
    {
        var before = Contents();

        var job = await (_sample.Package with { Arguments = ["a b", ""], StandardInput = _sample.File("in.txt") }).ToJobAsync();

        job.Program.Should().Be("/bin/sh");
        job.Arguments.Skip(3).Should().Equal(SamplePackage.Archive, "wu_script.sh", "a b", "");
        job.StandardInput.Should().Be(_sample.File("in.txt"));
        job.Inputs.Select(static input => input.Path).Should().Equal("in.txt", "profile.sh", "search.zip", "wu_script.sh");
        job.Inputs.Should().OnlyContain(input => input.HostPath == _sample.File(input.Path) && input.IsExecutable);
        Contents().Should().Equal(before, "a package is only read");
    }

    [Test]
    public async Task A_script_alone_is_a_package()
    {
        foreach (var file in Directory.GetFiles(_sample.Folder).Where(static file => !file.EndsWith("wu_script.sh", StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        (await _sample.Package.ToJobAsync()).Arguments.Skip(3).Should().Equal("", "wu_script.sh");
    }

    [TestCase("wu_script.sh", "wu_script.sh", "x")]
    [TestCase("./wu_script.sh", "wu_script.sh", "x")]
    [TestCase("in.txt", "wu_script.sh", "in.txt", "x")]
    public async Task The_usual_script_comes_first_and_is_no_argument_of_itself(string first, params string[] expected) =>
        (await (_sample.Package with { Arguments = [first, "x"] }).ToJobAsync()).Arguments.Skip(4).Should().Equal(expected);

    [Test]
    public async Task Without_it_the_first_argument_names_the_script_beside_the_archive_or_in_it()
    {
        File.Move(_sample.File("wu_script.sh"), _sample.File("other.sh"));
        _sample.Pack(("scripts/inner.sh", "true"));

        (await (_sample.Package with { Arguments = ["./other.sh", "x"] }).ToJobAsync()).Arguments.Skip(4).Should().Equal("other.sh", "x");
        (await (_sample.Package with { Arguments = ["scripts/inner.sh"] }).ToJobAsync()).Arguments.Skip(4).Should().Equal("scripts/inner.sh");
    }

    [Test]
    public async Task Of_several_archives_the_application_s_is_unpacked_and_its_name_must_be_told()
    {
        File.Copy(_sample.File(SamplePackage.Archive), _sample.File("inputs.zip"));

        await FailAsync("The package * has several archives (inputs.zip, search.zip); name its Application.");
        var job = await (_sample.Package with { Application = "search" }).ToJobAsync();
        job.Arguments[3].Should().Be("search.zip");
        job.Inputs.Should().Contain(static input => input.Path == "inputs.zip");
        (await (_sample.Package with { Application = "other" }).ToJobAsync()).Arguments[3].Should().BeEmpty("an application need not have an archive");
    }

    [Test]
    public async Task A_package_that_is_not_there_is_told()
    {
        Directory.Delete(_sample.Folder, recursive: true);

        await FailAsync("There is no package *: it must be a folder.");
    }

    [Test]
    public async Task A_package_without_a_script_is_told()
    {
        File.Delete(_sample.File("wu_script.sh"));

        await FailAsync("The package * has no script: there is no wu_script.sh, and its first argument names no file of it.");
    }

    [TestCase("a file", "/etc/passwd")]
    [TestCase("a folder", "/")]
    [TestCase("nothing", "/nowhere")]
    [TestCase("itself", ".")]
    public async Task A_link_takes_nothing_of_the_host_along(string what, string target)
    {
        File.CreateSymbolicLink(_sample.File("link"), target);

        await FailAsync("The package has the link \"link\"; files and folders alone are taken.");
        TestContext.Out.WriteLine(what);
    }

    private async Task FailAsync(string sentence)
    {
        var failure = (await FluentActions.Awaiting(() => _sample.Package.ToJobAsync()).Should().ThrowAsync<JobException>()).Which;
        (failure.Code, failure.Fate).Should().Be((SandboxErrorCode.JobInvalid, TaskFate.NeverStarted));
        failure.Sentence.Should().Match(sentence);
    }

    private List<string> Contents() => [.. Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
