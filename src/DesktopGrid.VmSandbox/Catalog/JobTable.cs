using System.Text.Json;
using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A job as the catalog keeps it, from its program's start until its caller has been told the end.</summary>
internal sealed record JobRow(string Id, string MachineId, string Program, IReadOnlyDictionary<string, string> Labels, TaskFate Fate, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int? ExitCode);

/// <summary>Jobs.</summary>
internal sealed class JobTable(CatalogDatabase database)
{
    /// <summary>Adds a job or writes its present fate.</summary>
    public void Save(JobRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection,
        """
        INSERT INTO jobs (id, machine_id, program, labels, fate, started_at, ended_at, exit_code) VALUES ($id, $machine, $program, $labels, $fate, $started, $ended, $code)
        ON CONFLICT (id) DO UPDATE SET fate = $fate, ended_at = $ended, exit_code = $code
        """,
        ("$id", row.Id), ("$machine", row.MachineId), ("$program", row.Program), ("$labels", JsonSerializer.Serialize(row.Labels, CatalogJsonContext.Default.IReadOnlyDictionaryStringString)),
        ("$fate", row.Fate.ToString()), ("$started", row.StartedAt.ToUnixTimeMilliseconds()), ("$ended", row.EndedAt?.ToUnixTimeMilliseconds()), ("$code", row.ExitCode)));

    /// <summary>Nothing when it is gone.</summary>
    public void Remove(string id) => database.Write(connection => CatalogDatabase.Execute(connection, "DELETE FROM jobs WHERE id = $id", ("$id", id)));

    /// <summary>Jobs without a machine, oldest first: the host processes that ran them have died.</summary>
    public IReadOnlyList<JobRow> Interrupted() => database.Run(connection => CatalogDatabase.Query(
        connection,
        "SELECT id, machine_id, program, labels, fate, started_at, ended_at, exit_code FROM jobs WHERE machine_id NOT IN (SELECT id FROM machines) ORDER BY started_at, id",
        static reader => new JobRow(
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            JsonSerializer.Deserialize(reader.GetString(3), CatalogJsonContext.Default.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>(),
            Enum.Parse<TaskFate>(reader.GetString(4)),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
            reader.IsDBNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
            reader.IsDBNull(7) ? null : reader.GetInt32(7))));
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class CatalogJsonContext : JsonSerializerContext;
