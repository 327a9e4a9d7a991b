using System.Globalization;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Support;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.Tests.Catalog;

public sealed class CatalogDatabaseTests
{
    private TemporaryFolder _folder = null!;
    private string _path = null!;

    private static long Migrations => typeof(CatalogDatabase).Assembly.GetManifestResourceNames().Count(static name => name.EndsWith(".sql", StringComparison.Ordinal));

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("catalog.db");
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_new_one_is_brought_up_to_date_and_keeps_what_is_written()
    {
        using (var first = CatalogDatabase.Open(_path))
        {
            new ImageTable(first).Add(Rows.Image);
        }

        using var second = CatalogDatabase.Open(_path);
        new ImageTable(second).All().Should().Equal(Rows.Image);
        Plain("PRAGMA user_version").Should().Be(Migrations);
        Plain("PRAGMA journal_mode").Should().Be("wal");
        Plain("PRAGMA application_id").Should().Be(0x564d5342L);
    }

    [TestCase("fullfsync")]
    [TestCase("checkpoint_fullfsync")]
    public void Where_a_plain_sync_ends_at_the_drive_the_full_one_is_asked_for(string pragma)
    {
        using var database = CatalogDatabase.Open(_path);

        database.Run(connection => CatalogDatabase.Query(connection, $"PRAGMA {pragma}", static row => row.GetInt64(0))).Should().Equal(1);
    }

    [Test]
    public void The_migrations_are_numbered_without_a_gap() =>
        typeof(CatalogDatabase).Assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(static name => int.Parse(name[..4], CultureInfo.InvariantCulture)).Should().Equal(Enumerable.Range(1, (int)Migrations));

    [Test]
    public void One_that_stands_at_the_first_migration_keeps_its_rows_through_the_others()
    {
        using (var reader = new StreamReader(typeof(CatalogDatabase).Assembly.GetManifestResourceStream("0001-first.sql")!))
        {
            Plain(reader.ReadToEnd() + "PRAGMA user_version = 1; PRAGMA application_id = 1447908162; INSERT INTO images VALUES ('a', 'old', 5)");
        }

        using var database = CatalogDatabase.Open(_path);

        new ImageTable(database).All().Should().ContainSingle().Which.Name.Should().Be("old");
        Plain("PRAGMA user_version").Should().Be(Migrations);
    }

    [Test]
    public void One_that_is_newer_is_refused_and_stays_as_it_is()
    {
        CatalogDatabase.Open(_path).Dispose();
        Plain("PRAGMA user_version = 999");

        var failure = Refused();
        failure.Message.Should().Contain("newer version").And.Contain("999");
        failure.Advice.Should().Contain("Update");
        Plain("PRAGMA user_version").Should().Be(999L);
    }

    [Test]
    public void Another_program_s_database_is_refused_and_not_a_byte_of_it_changed()
    {
        Plain("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('precious')");
        var before = File.ReadAllBytes(_path);

        Refused().Message.Should().Contain("another program's database");
        File.ReadAllBytes(_path).Should().Equal(before);
    }

    [Test]
    public void Another_program_s_empty_database_is_refused_by_its_mark()
    {
        Plain("PRAGMA application_id = 77");

        Refused().Message.Should().Contain("another program's database");
    }

    [TestCase("This is a letter to the editor, and no database at all. It is long enough to be read as one, though.")]
    [TestCase("SQLite format 3\0 and then nothing that makes sense")]
    public void What_is_no_database_is_refused_and_kept(string text)
    {
        File.WriteAllText(_path, text);

        Refused().Advice.Should().Contain("Move it away");
        File.ReadAllText(_path).Should().Be(text);
    }

    [Test]
    public void One_that_is_damaged_in_its_middle_is_told_as_damaged()
    {
        using (var database = CatalogDatabase.Open(_path))
        {
            new ImageTable(database).Add(Rows.Image);
        }

        Plain("PRAGMA wal_checkpoint(TRUNCATE)");
        var bytes = File.ReadAllBytes(_path);
        bytes.AsSpan(4096).Fill(0xee);
        File.WriteAllBytes(_path, bytes);

        Refused(static database => new ImageTable(database).All()).Code.Should().Be(SandboxErrorCode.CatalogUnusable);
    }

    [Test]
    public void A_row_that_makes_no_sense_is_told_as_damage()
    {
        using (var database = CatalogDatabase.Open(_path))
        {
            new ImageTable(database).Add(Rows.Image);
        }

        Plain("UPDATE images SET added_at = 99999999999999999");

        Refused(static database => new ImageTable(database).All()).Code.Should().Be(SandboxErrorCode.CatalogUnusable);
    }

    [Test]
    public void A_place_that_cannot_be_written_says_so() => Refused(path: "/proc/vmsandbox/catalog.db").Code.Should().Be(SandboxErrorCode.StoreNotWritable);

    [Test]
    public void One_that_may_only_be_read_says_so()
    {
        CatalogDatabase.Open(_path).Dispose();
        Host.WithoutWriting(_folder.Path, () => Host.WithoutWriting(_path, () =>
            Refused(static database => new ImageTable(database).Add(Rows.Image)).Code.Should().Be(SandboxErrorCode.StoreNotWritable)));
    }

    [Test]
    public async Task What_runs_alone_keeps_every_other_writer_waiting()
    {
        using var one = CatalogDatabase.Open(_path);
        using var other = CatalogDatabase.Open(_path);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var first = Task.Run(() => one.Alone(_ =>
        {
            entered.Set();
            return leave.Wait(TimeSpan.FromSeconds(15));
        }));
        entered.Wait(TimeSpan.FromSeconds(15)).Should().BeTrue();

        var second = Task.Run(() => other.Alone(_ => leave.IsSet));
        await Task.WhenAny(second, Task.Delay(TimeSpan.FromSeconds(1)));
        second.IsCompleted.Should().BeFalse();
        leave.Set();

        (await first).Should().BeTrue();
        (await second).Should().BeTrue("it ran after the first had left");
    }

    [Test]
    public void A_full_disk_is_told_as_such_and_what_was_written_stands()
    {
        using var database = CatalogDatabase.Open(_path);
        new ImageTable(database).Add(Rows.Image);

        // SQLite's own ceiling makes it answer as on a full disk (sqlite.org/pragma.html#pragma_max_page_count).
        var filling = () => database.Write(static connection =>
        {
            CatalogDatabase.Execute(connection, "PRAGMA max_page_count = 1");
            CatalogDatabase.Execute(connection, "INSERT INTO images VALUES ('large', hex(randomblob(1000000)), 0)");
        });

        var failure = filling.Should().Throw<CatalogException>().Which;
        failure.Code.Should().Be(SandboxErrorCode.DiskFull);
        failure.IsTransient.Should().BeTrue();
        new ImageTable(database).All().Should().Equal(Rows.Image);
    }

    [Test]
    public void What_fails_half_way_is_undone()
    {
        using var database = CatalogDatabase.Open(_path);

        var failing = () => database.Write(static connection =>
        {
            CatalogDatabase.Execute(connection, "INSERT INTO images VALUES ('a', 'a', 0)");
            CatalogDatabase.Execute(connection, "INSERT INTO images VALUES ('a', 'a', 0)");
        });

        failing.Should().Throw<CatalogException>();
        new ImageTable(database).All().Should().BeEmpty();
    }

    private CatalogException Refused(Action<CatalogDatabase>? use = null, string? path = null)
    {
        var opening = () =>
        {
            using var database = CatalogDatabase.Open(path ?? _path);
            use?.Invoke(database);
        };
        return opening.Should().Throw<CatalogException>().Which;
    }

    /// <summary>SQLite without the library.</summary>
    private object? Plain(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts stand in this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
