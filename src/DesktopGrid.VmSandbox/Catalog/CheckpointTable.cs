using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A checkpoint as the catalog keeps it.</summary>
internal sealed record CheckpointRow
{
    public required string Id { get; init; }
    public required string MachineId { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset TakenAt { get; init; }
    public required long Length { get; init; }
    public required long StateBytes { get; init; }
    public required string Sha256 { get; init; }
    public required string MachineType { get; init; }
    public required string CpuModel { get; init; }
    public required string Accelerator { get; init; }
    public required string QemuVersion { get; init; }
}

/// <summary>Checkpoints.</summary>
internal sealed class CheckpointTable(CatalogDatabase database)
{
    private const string Columns = "id, machine_id, name, taken_at, length, state_bytes, sha256, machine_type, cpu_model, accelerator, qemu_version";

    /// <summary>Adds one as the newest of its machine. When this returns, it outlasts a cut of the power.</summary>
    public void AddDurably(CheckpointRow row) => database.WriteDurably(connection => Insert(connection, row));

    /// <summary>Adds one as the newest of its machine, as a part of something larger.</summary>
    public static void Insert(SqliteConnection connection, CheckpointRow row) => CatalogDatabase.Execute(
        connection,
        $"INSERT INTO checkpoints ({Columns}, sequence) VALUES ($id, $machine, $name, $taken, $length, $state, $sha, $type, $model, $accelerator, $qemu, (SELECT coalesce(max(sequence), 0) + 1 FROM checkpoints WHERE machine_id = $machine))",
        ("$id", row.Id), ("$machine", row.MachineId), ("$name", row.Name), ("$taken", row.TakenAt.ToUnixTimeMilliseconds()), ("$length", row.Length), ("$state", row.StateBytes),
        ("$sha", row.Sha256), ("$type", row.MachineType), ("$model", row.CpuModel), ("$accelerator", row.Accelerator), ("$qemu", row.QemuVersion));

    /// <summary>Removes one; on the disk when this returns, so that no power cut brings back the name of files that went after it. Nothing when it is gone.</summary>
    public void RemoveDurably(string id) => database.WriteDurably(connection => CatalogDatabase.Execute(connection, "DELETE FROM checkpoints WHERE id = $id", ("$id", id)));

    /// <summary>A machine's, newest first.</summary>
    public IReadOnlyList<CheckpointRow> Of(string machineId) => database.Run(connection => CatalogDatabase.Query(
        connection, $"SELECT {Columns} FROM checkpoints WHERE machine_id = $machine ORDER BY sequence DESC", Row, ("$machine", machineId)));

    private static CheckpointRow Row(SqliteDataReader reader) => new()
    {
        Id = reader.GetString(0),
        MachineId = reader.GetString(1),
        Name = reader.GetString(2),
        TakenAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
        Length = reader.GetInt64(4),
        StateBytes = reader.GetInt64(5),
        Sha256 = reader.GetString(6),
        MachineType = reader.GetString(7),
        CpuModel = reader.GetString(8),
        Accelerator = reader.GetString(9),
        QemuVersion = reader.GetString(10),
    };
}
