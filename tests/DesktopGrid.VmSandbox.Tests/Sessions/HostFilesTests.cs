using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Tests.Sessions;

[CancelAfter(60_000)]
public sealed class HostFilesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task A_file_may_have_the_longest_name_that_there_is(CancellationToken cancellationToken)
    {
        // NAME_MAX.
        var target = _folder.File(new string('n', 255));

        await HostFiles.WriteAsync(target, async file =>
        {
            await file.WriteAsync("x"u8.ToArray(), cancellationToken);
            return 0;
        });

        (await File.ReadAllTextAsync(target, cancellationToken)).Should().Be("x");
    }

    [Test]
    public async Task A_file_that_cannot_be_written_whole_leaves_nothing_and_the_old_one_stands()
    {
        await File.WriteAllTextAsync(_folder.File("target"), "old");

        await FluentActions.Awaiting(() => HostFiles.WriteAsync<int>(_folder.File("target"), static _ => throw new IOException("half-way"))).Should().ThrowAsync<IOException>();

        Directory.EnumerateFiles(_folder.Path).Should().Equal(_folder.File("target"));
        (await File.ReadAllTextAsync(_folder.File("target"))).Should().Be("old");
    }
}
