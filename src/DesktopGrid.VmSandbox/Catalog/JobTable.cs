using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A job as the catalog keeps it, for as long as its machine exists.</summary>
internal sealed record JobRow(string Id, string MachineId, string Program, TaskFate Fate, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int? ExitCode);

/// <summary>Jobs.</summary>
internal sealed class JobTable(CatalogDatabase database)
{
    /// <summary>Adds a job or writes its present fate.</summary>
    public void Save(JobRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection,
        """
        INSERT INTO jobs (id, machine_id, program, fate, started_at, ended_at, exit_code) VALUES ($id, $machine, $program, $fate, $started, $ended, $code)
        ON CONFLICT (id) DO UPDATE SET fate = $fate, ended_at = $ended, exit_code = $code
        """,
        ("$id", row.Id), ("$machine", row.MachineId), ("$program", row.Program), ("$fate", row.Fate.ToString()),
        ("$started", row.StartedAt.ToUnixTimeMilliseconds()), ("$ended", row.EndedAt?.ToUnixTimeMilliseconds()), ("$code", row.ExitCode)));

    /// <summary>The jobs of a machine, oldest first.</summary>
    public IReadOnlyList<JobRow> Of(string machineId) => database.Run(connection => CatalogDatabase.Query(
        connection,
        "SELECT id, machine_id, program, fate, started_at, ended_at, exit_code FROM jobs WHERE machine_id = $machine ORDER BY started_at, id",
        static reader => new JobRow(
            reader.GetString(0), reader.GetString(1), reader.GetString(2), Enum.Parse<TaskFate>(reader.GetString(3)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)),
            reader.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), reader.IsDBNull(6) ? null : reader.GetInt32(6)),
        ("$machine", machineId)));
}
