using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Catalog;

/// <summary>Processes on one catalog: really two of them.</summary>
[CancelAfter(240_000)]
public sealed class TwoProcessesTests
{
    private const int Machines = 100;

    private TemporaryFolder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("catalog.db");
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task Two_that_write_at_once_lose_nothing(CancellationToken cancellationToken)
    {
        AddImage();
        await RunTwoAsync(Machines, cancellationToken);

        using var database = CatalogDatabase.Open(_path);
        new MachineTable(database).All().Should().HaveCount(2 * Machines).And.OnlyContain(static row => row.State == "Running");
        Integrity(database).Should().Equal("ok");
    }

    [Test]
    public async Task Two_that_make_it_at_once_make_one(CancellationToken cancellationToken)
    {
        await RunTwoAsync(0, cancellationToken);

        AddImage();
    }

    [Test]
    public async Task One_that_is_killed_while_it_writes_leaves_a_sound_catalog(CancellationToken cancellationToken)
    {
        AddImage();
        using var doomed = SecondProcess.Start([], SecondProcessWork.Catalog, _path, "a", "1000000");
        (await doomed.SaysAsync(cancellationToken)).Should().Be("ready");
        doomed.Release();
        using var database = CatalogDatabase.Open(_path);
        while (new MachineTable(database).All().Count < 5)
        {
            await Task.Delay(5, cancellationToken);
        }

        await doomed.KillAsync(cancellationToken);

        Integrity(database).Should().Equal("ok");
        var rows = new MachineTable(database).All();
        rows.Select(static row => row.Id).Should().BeEquivalentTo(Enumerable.Range(0, rows.Count).Select(static number => $"a{number}"), "each is there or not, in the order of writing");
        new MachineTable(database).Add(Rows.Machine("after"));
    }

    private async Task RunTwoAsync(int machines, CancellationToken cancellationToken)
    {
        using var first = SecondProcess.Start([], SecondProcessWork.Catalog, _path, "a", $"{machines}");
        using var second = SecondProcess.Start([], SecondProcessWork.Catalog, _path, "b", $"{machines}");
        foreach (var process in (SecondProcess[])[first, second])
        {
            (await process.SaysAsync(cancellationToken)).Should().Be("ready");
        }

        first.Release();
        second.Release();
        await first.EndsWellAsync(cancellationToken);
        await second.EndsWellAsync(cancellationToken);
    }

    private void AddImage()
    {
        using var database = CatalogDatabase.Open(_path);
        new ImageTable(database).Add(Rows.Image);
    }

    private static List<string> Integrity(CatalogDatabase database) =>
        database.Run(static connection => CatalogDatabase.Query(connection, "PRAGMA integrity_check", static reader => reader.GetString(0)));
}
