using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Data.Sqlite;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>Machines, with their labels and layers.</summary>
internal sealed class MachineTable(CatalogDatabase database)
{
    private const string Columns = "id, image_id, state, memory_mib, virtual_cpus, outlives_host, boot_timeout_ms, keep_log_ms, created_at, process, machine_type, cpu_model, qemu_version, accelerator, start_path, confinement, cpu_ms, last_error, is_temporary, warm_start, is_held";

    // warm_start, which a library that knows only of the first two reads as a yes or no.
    private const int Cold = 0, Warm = 1, WarmAndShared = 2;

    public void Add(MachineRow row) => database.Write(connection => Insert(connection, row));

    /// <summary>Adds a machine together with a checkpoint of it: both or none. When this returns, they outlast a cut of the power.</summary>
    public void AddDurably(MachineRow row, CheckpointRow checkpoint) => database.WriteDurably(connection =>
    {
        Insert(connection, row);
        CheckpointTable.Insert(connection, checkpoint);
    });

    /// <summary>Writes everything but id, image, layers and labels, which never change. Nothing when the row is gone.</summary>
    public void Update(MachineRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection,
        """
        UPDATE machines SET state = $state, process = $process, machine_type = $type, cpu_model = $model, qemu_version = $qemu,
        accelerator = $accelerator, start_path = $path, confinement = $confinement, cpu_ms = $cpu, last_error = $error, is_held = $held WHERE id = $id
        """,
        Parameters(row)));

    public void Remove(string id) => database.Write(connection => CatalogDatabase.Execute(connection, "DELETE FROM machines WHERE id = $id", ("$id", id)));

    /// <summary>
    /// Runs something about a machine's files that no other process may see half done, and that ends in a blink: it waits for whoever else
    /// is in here or writes, and they for it.
    /// </summary>
    public T Alone<T>(Func<T> action) => database.Alone(_ => action());

    public MachineRow? Find(string id) => Read("WHERE id = $id", ("$id", id)).FirstOrDefault();

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<MachineRow> All() => Read("ORDER BY created_at, id");

    private static void Insert(SqliteConnection connection, MachineRow row)
    {
        try
        {
            CatalogDatabase.Execute(
                connection,
                $"INSERT INTO machines ({Columns}) VALUES ($id, $image, $state, $memory, $cpus, $outlives, $boot, $keep, $created, $process, $type, $model, $qemu, $accelerator, $path, $confinement, $cpu, $error, $temporary, $warm, $held)",
                Parameters(row));
            for (var place = 0; place < row.Layers.Count; place++)
            {
                CatalogDatabase.Execute(connection, "INSERT INTO machine_layers (machine_id, place, layer_id) VALUES ($id, $place, $layer)", ("$id", row.Id), ("$place", place), ("$layer", row.Layers[place]));
            }
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 19)
        {
            throw new CatalogException(SandboxErrorCode.CatalogConflict, $"The machine {row.Id} exists already, or its image or one of its layers does not.", e);
        }

        foreach (var (name, value) in row.Labels)
        {
            CatalogDatabase.Execute(connection, "INSERT INTO labels (machine_id, name, value) VALUES ($id, $name, $value)", ("$id", row.Id), ("$name", name), ("$value", value));
        }
    }

    private List<MachineRow> Read(string where, params (string, object?)[] parameters) => database.Run(connection =>
    {
        var labels = CatalogDatabase.Query(connection, $"SELECT machine_id, name, value FROM labels WHERE machine_id IN (SELECT id FROM machines {where})", static reader => (Id: reader.GetString(0), Name: reader.GetString(1), Value: reader.GetString(2)), parameters)
            .ToLookup(static label => label.Id);
        var layers = CatalogDatabase.Query(connection, $"SELECT machine_id, layer_id FROM machine_layers WHERE machine_id IN (SELECT id FROM machines {where}) ORDER BY machine_id, place", static reader => (Id: reader.GetString(0), Layer: reader.GetString(1)), parameters)
            .ToLookup(static layer => layer.Id, static layer => layer.Layer);
        return CatalogDatabase.Query(connection, $"SELECT {Columns} FROM machines {where}", reader => Row(reader) with
        {
            Labels = labels[reader.GetString(0)].ToDictionary(static label => label.Name, static label => label.Value),
            Layers = [.. layers[reader.GetString(0)]],
        }, parameters);
    });

    private static MachineRow Row(SqliteDataReader reader) => new()
    {
        Id = reader.GetString(0),
        ImageId = reader.GetString(1),
        State = reader.GetString(2),
        MemoryMiB = reader.GetInt32(3),
        VirtualCpus = reader.GetInt32(4),
        OutlivesHost = reader.GetBoolean(5),
        BootTimeout = TimeSpan.FromMilliseconds(reader.GetInt64(6)),
        KeepLog = TimeSpan.FromMilliseconds(reader.GetInt64(7)),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(8)),
        Process = Text(reader, 9),
        MachineType = Text(reader, 10),
        CpuModel = Text(reader, 11),
        QemuVersion = Text(reader, 12),
        Accelerator = Text(reader, 13),
        StartPath = Text(reader, 14),
        Confinement = Text(reader, 15),
        CpuTime = TimeSpan.FromMilliseconds(reader.GetInt64(16)),
        LastError = Text(reader, 17),
        IsTemporary = reader.GetBoolean(18),
        WarmStart = reader.GetInt32(19) != Cold,
        SharesMemory = reader.GetInt32(19) == WarmAndShared,
        IsHeld = reader.GetBoolean(20),
    };

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static (string, object?)[] Parameters(MachineRow row) =>
    [
        ("$id", row.Id), ("$image", row.ImageId), ("$state", row.State), ("$memory", row.MemoryMiB), ("$cpus", row.VirtualCpus), ("$outlives", row.OutlivesHost),
        ("$boot", (long)row.BootTimeout.TotalMilliseconds), ("$keep", (long)row.KeepLog.TotalMilliseconds), ("$created", row.CreatedAt.ToUnixTimeMilliseconds()),
        ("$process", row.Process), ("$type", row.MachineType), ("$model", row.CpuModel), ("$qemu", row.QemuVersion), ("$accelerator", row.Accelerator),
        ("$path", row.StartPath), ("$confinement", row.Confinement), ("$cpu", (long)row.CpuTime.TotalMilliseconds), ("$error", row.LastError), ("$temporary", row.IsTemporary),
        ("$held", row is { IsHeld: true, Process: not null }),
        ("$warm", row switch { { WarmStart: false } => Cold, { SharesMemory: true } => WarmAndShared, _ => Warm }),
    ];
}
