using System.Globalization;
using System.Text.Json;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>
/// The store's SQLite database: write-ahead log, foreign keys on, versioned migrations. Several host processes may use it at once.
/// SQLite works in the caller's thread and each statement here takes a millisecond at most, so nothing is asynchronous; where another process
/// writes at that moment, it is waited for in the caller's thread, within a bound.
/// </summary>
internal sealed class CatalogDatabase : IDisposable
{
    // Bytes "VMSB" as a big-endian number: SQLite's application_id, so that another program's database is recognised.
    private const int ApplicationId = 0x564d5342;

    // Seconds; what another process may take for a migration, or a disk to come back.
    private const int BusyBound = 20;

    // SQLite lets its log grow by a page, and the index of it by 32 KiB (sqlite.org/walformat.html).
    private const long LeastFreeBytes = 256 * 1024;

    private readonly string _path;
    private readonly string _connection;

    private CatalogDatabase(string path)
    {
        _path = path;
        _connection = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, ForeignKeys = true, DefaultTimeout = BusyBound, Pooling = true }.ToString();
    }

    /// <summary>Opens or makes the database and brings it up to date.</summary>
    /// <exception cref="CatalogException">It is damaged, foreign, newer than this library, or cannot be written.</exception>
    public static CatalogDatabase Open(string path)
    {
        var database = new CatalogDatabase(path);
        try
        {
            database.Run(connection =>
            {
                // Before anything is written: another program's file stays as it is.
                using (connection.BeginTransaction(deferred: true))
                {
                    database.Check(connection);
                }

                Execute(connection, "PRAGMA journal_mode = WAL");
                return 0;
            });
            database.Migrate();
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements on one connection.</summary>
    public T Run<T>(Func<SqliteConnection, T> action)
    {
        try
        {
            using var connection = new SqliteConnection(_connection);
            connection.Open();
            // The latter two count on macOS alone (sqlite.org/pragma.html#pragma_fullfsync): there a plain sync ends at the drive, which may lose it.
            Execute(connection, "PRAGMA synchronous = NORMAL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
            return action(connection);
        }
        catch (SqliteException e)
        {
            throw Fault(e);
        }
    }

    /// <summary>Runs statements all or none; takes the write lock at once, so that two writers wait for each other instead of failing half-way.</summary>
    public void Write(Action<SqliteConnection> action) => Alone(connection =>
    {
        action(connection);
        return 0;
    });

    /// <summary>As <see cref="Write"/>; when it returns, the disk has it. The others may lose their last moments in a cut of the power, never their order.</summary>
    public void WriteDurably(Action<SqliteConnection> action) => Run(connection =>
    {
        // sqlite.org/pragma.html#pragma_synchronous: with a write-ahead log, only FULL syncs it after each transaction.
        Execute(connection, "PRAGMA synchronous = FULL");
        using var transaction = connection.BeginTransaction(deferred: false);
        action(connection);
        transaction.Commit();
        return 0;
    });

    /// <summary>Runs something under the write lock: whoever else writes, in this process or another one, waits for it.</summary>
    public T Alone<T>(Func<SqliteConnection, T> action) => Run(connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = action(connection);
        transaction.Commit();
        return result;
    });

    public static int Execute(SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    public static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            try
            {
                rows.Add(read(reader));
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException or JsonException)
            {
                throw new CatalogException(SandboxErrorCode.CatalogUnusable, $"The catalog is damaged: it holds a row that no version of this library writes ({e.Message.Split('\n')[0]})", e) { Advice = "Move it away; machines that still run are found by their folders and ended." };
            }
        }

        return rows;
    }

    public void Dispose()
    {
        using var connection = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(connection);
    }

    private void Migrate() => Write(connection =>
    {
        // Again, under the write lock: another process may have migrated meanwhile.
        var version = Check(connection);
        var migrations = Migrations();
        if (version == 0)
        {
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}"));
        }

        for (var next = (int)version; next < migrations.Count; next++)
        {
            Execute(connection, migrations[next]);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next + 1}"));
        }
    });

    /// <summary>The version of its tables; refuses another program's database, and one that is newer than this library.</summary>
    private long Check(SqliteConnection connection)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        var application = Scalar(connection, "PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || version != 0 || Scalar(connection, "SELECT count(*) FROM sqlite_schema") != 0))
        {
            throw new CatalogException(SandboxErrorCode.CatalogUnusable, $"{_path} is another program's database.") { Advice = "Choose another folder for the store." };
        }

        var newest = Migrations().Count;
        return version is >= 0 && version <= newest
            ? version
            : throw new CatalogException(SandboxErrorCode.CatalogUnusable, $"The catalog {_path} was written by a newer version of this library ({version} against {newest}).") { Advice = "Update the program that uses it." };
    }

    /// <summary>The embedded scripts in the order of their names, which begin with their number.</summary>
    private static List<string> Migrations()
    {
        var assembly = typeof(CatalogDatabase).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            }),
        ];
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql, []);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this library; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    // SQLite's result codes (sqlite.org/rescode.html): BUSY 5, LOCKED 6, READONLY 8, IOERR 10, FULL 13, CANTOPEN 14. A log or an index that cannot
    // grow is IOERR, whatever the cause: only the disk can say whether it is full.
    private CatalogException Fault(SqliteException e) => e.SqliteErrorCode switch
    {
        10 when new DriveInfo(_path).AvailableFreeSpace < LeastFreeBytes => Full(e),
        10 => new CatalogException(SandboxErrorCode.StoreNotWritable, $"The catalog {_path} cannot be read or written: {e.Message}", e) { Advice = "Look at the disk, or choose a folder on another one." },
        5 or 6 => new CatalogException(SandboxErrorCode.CatalogBusy, $"Another process holds the catalog {_path} for too long.", e) { IsTransient = true },
        13 => Full(e),
        8 or 14 => new CatalogException(SandboxErrorCode.StoreNotWritable, $"The catalog {_path} cannot be opened for writing.", e),
        _ => new CatalogException(SandboxErrorCode.CatalogUnusable, $"The catalog {_path} is damaged: {e.Message}", e) { Advice = "Move it away; machines that still run are found by their folders and ended." },
    };

    private CatalogException Full(SqliteException e) => new(SandboxErrorCode.DiskFull, $"The catalog {_path} cannot be written: the disk is full.", e) { IsTransient = true };
}
