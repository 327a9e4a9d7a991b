using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Packages;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Packages;

/// <summary>Archives that are not taken: each is told by one sentence, soon, and leaves nothing behind.</summary>
public sealed class ApplicationArchiveTests
{
    // Offsets in the directory's record of a file, and in the record at the end.
    private const int Flags = 8, UnpackedLength = 24, EndDirectoryLength = 12, EndDirectoryOffset = 16;

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
    public async Task Its_files_are_told_and_its_folders_are_none() =>
        (await ApplicationArchive.ReadAsync(_sample.File(SamplePackage.Archive), CancellationToken.None)).Should().Equal("bin/count", "data/words");

    [TestCase("../escape")]
    [TestCase("/etc/passwd")]
    [TestCase("bin/../../escape")]
    [TestCase("bin//count")]
    [TestCase("words\0/")]
    [TestCase("../escape/")]
    public Task A_path_that_leads_elsewhere(string path)
    {
        _sample.Pack(("bin/count", "a program"), (path, "x"));

        return FailAsync($"it has the file \"{path.Replace('\0', '.')}\". The path *");
    }

    [Test]
    public Task More_files_than_are_taken()
    {
        _sample.Pack([.. Enumerable.Range(0, ApplicationArchive.MaxFiles + 1).Select(static i => (i.ToString(CultureInfo.InvariantCulture), (string?)""))]);

        return FailAsync("it has 10001 files and folders, and 10000 are taken");
    }

    [Test]
    public Task A_size_that_is_absurd()
    {
        _sample.SpoilRecord("bin/count", UnpackedLength, uint.MaxValue - 1);

        return FailAsync("it says that it has more than 2147483648 bytes");
    }

    [TestCase(10u, "more")]
    [TestCase(1_000_000u, "less")]
    public Task A_bomb_that_lies_about_its_size(uint said, string really)
    {
        // Its head tells the same lie.
        _sample.SpoilRecord("data/words", UnpackedLength, said);
        _sample.SpoilHead("data/words", 22, said);

        return FailAsync($"the file \"data/words\" has {really} than the {said} bytes that its directory says");
    }

    [Test]
    public Task A_directory_of_absurd_length()
    {
        _sample.SpoilEnd(EndDirectoryLength, 100_000_000);

        return FailAsync("its directory has 100000000 bytes, and 16777216 are taken");
    }

    [Test]
    public Task A_directory_that_lies_elsewhere_than_it_says()
    {
        _sample.SpoilEnd(EndDirectoryOffset, 7);

        return FailAsync("its directory is not where its end says, or is of the long form (zip64), which the guest does not know");
    }

    [Test]
    public Task A_password()
    {
        _sample.SpoilRecord("bin/count", Flags, 1 | (8 << 16));

        return FailAsync("the file \"bin/count\" needs a password");
    }

    [Test]
    public Task A_way_of_packing_that_the_guest_does_not_know()
    {
        const int Method = 10;
        _sample.SpoilRecord("bin/count", Method, 93);

        return FailAsync("the file \"bin/count\" is packed by method 93, which the guest does not know");
    }

    [TestCase("data/words", "../escaped")]
    [TestCase("data/", "x/../")]
    public Task A_head_with_another_name_than_the_directory_s(string path, string really)
    {
        _sample.RenameHead(path, really);

        return FailAsync($"\"{path}\" has a head of its own that says something else than the archive's directory");
    }

    // Signature, flags, method, checksum, packed and unpacked length.
    [TestCase(0, 0x06054b50u)]
    [TestCase(6, 1u | (8 << 16))]
    [TestCase(8, 12u)]
    [TestCase(14, 1u)]
    [TestCase(18, 7u)]
    [TestCase(22, 7u)]
    public Task A_head_that_says_something_else_than_the_directory(int offset, uint value)
    {
        _sample.SpoilHead("data/words", offset, value);

        return FailAsync("\"data/words\" has a head of its own that says something else than the archive's directory");
    }

    [Test]
    public async Task Lengths_that_the_head_leaves_to_the_directory_are_read_there()
    {
        const uint LengthsAreInDirectory = 8;
        _sample.SpoilHead("data/words", 6, LengthsAreInDirectory | (8 << 16));
        foreach (var offset in (int[])[14, 18, 22])
        {
            _sample.SpoilHead("data/words", offset, 0);
        }

        (await ApplicationArchive.ReadAsync(_sample.File(SamplePackage.Archive), CancellationToken.None)).Should().Equal("bin/count", "data/words");
    }

    [Test]
    public Task Bytes_that_are_damaged()
    {
        _sample.Spoil(static bytes =>
        {
            // Behind the head of the first file and its name.
            bytes.AsSpan(30 + "bin/count".Length, 4).Fill(0xff);
            return bytes;
        });

        return FailAsync("*");
    }

    [TestCase(0)]
    [TestCase(10)]
    [TestCase(500)]
    public Task One_that_is_cut_off(int length)
    {
        _sample.Spoil(bytes => bytes[..Math.Min(length, bytes.Length - 1)]);

        return FailAsync("it is no zip archive, or is cut off");
    }

    [Test]
    public async Task A_file_that_may_not_be_read_or_is_none_is_told()
    {
        File.Delete(_sample.File(SamplePackage.Archive));

        (await FluentActions.Awaiting(() => ApplicationArchive.ReadAsync(_sample.File(SamplePackage.Archive), CancellationToken.None)).Should().ThrowAsync<JobException>())
            .Which.Code.Should().Be(SandboxErrorCode.JobInputUnreadable);
    }

    private async Task FailAsync(string fault)
    {
        var clock = Stopwatch.StartNew();
        var failure = (await FluentActions.Awaiting(() => _sample.Package.ToJobAsync()).Should().ThrowAsync<JobException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.JobInvalid);
        failure.Sentence.Should().Match($"The package's archive * cannot be unpacked: {fault}.");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal([_sample.Folder], "nothing was unpacked");
    }
}
