using System.Text.Json;
using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A job as the catalog keeps it, from its program's start until its caller has been told the end.</summary>
internal sealed record JobRow(string Id, string MachineId, string Program, IReadOnlyDictionary<string, string> Labels, TaskFate Fate, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int? ExitCode);

/// <summary>Jobs.</summary>
/// <param name="database">The catalog.</param>
/// <param name="owner">This process, as whoever comes after it will look for it.</param>
internal sealed class JobTable(CatalogDatabase database, string owner)
{
    /// <summary>Adds a job or writes its present fate.</summary>
    public void Save(JobRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection,
        """
        INSERT INTO jobs (id, machine_id, program, labels, fate, started_at, ended_at, exit_code, owner) VALUES ($id, $machine, $program, $labels, $fate, $started, $ended, $code, $owner)
        ON CONFLICT (id) DO UPDATE SET fate = $fate, ended_at = $ended, exit_code = $code
        """,
        ("$id", row.Id), ("$machine", row.MachineId), ("$program", row.Program), ("$labels", JsonSerializer.Serialize(row.Labels, CatalogJsonContext.Default.IReadOnlyDictionaryStringString)),
        ("$fate", row.Fate.ToString()), ("$started", row.StartedAt.ToUnixTimeMilliseconds()), ("$ended", row.EndedAt?.ToUnixTimeMilliseconds()), ("$code", row.ExitCode), ("$owner", owner)));

    /// <summary>Nothing when it is gone.</summary>
    public void Remove(string id) => database.Write(connection => CatalogDatabase.Execute(connection, "DELETE FROM jobs WHERE id = $id", ("$id", id)));

    /// <summary>Jobs whose machine is gone, and their owner with it, oldest first.</summary>
    /// <param name="isAlive">Whether an owner still runs.</param>
    public IReadOnlyList<JobRow> Interrupted(Func<string, bool> isAlive) =>
    [
        .. database.Run(static connection => CatalogDatabase.Query(
            connection,
            "SELECT id, machine_id, program, labels, fate, started_at, ended_at, exit_code, owner FROM jobs WHERE machine_id NOT IN (SELECT id FROM machines) ORDER BY started_at, id",
            static reader => (Row: Row(reader), Owner: reader.GetString(8)))).Where(found => !isAlive(found.Owner)).Select(static found => found.Row),
    ];

    private static JobRow Row(SqliteDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2),
        JsonSerializer.Deserialize(reader.GetString(3), CatalogJsonContext.Default.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>(),
        Enum.Parse<TaskFate>(reader.GetString(4)),
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
        reader.IsDBNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
        reader.IsDBNull(7) ? null : reader.GetInt32(7));
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class CatalogJsonContext : JsonSerializerContext;
