namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>Logs of machines that are gone, and until when they stay.</summary>
internal sealed class KeptLogTable(CatalogDatabase database)
{
    public void Keep(string machineId, DateTimeOffset until) => database.Write(connection => CatalogDatabase.Execute(
        connection, "INSERT OR REPLACE INTO kept_logs (machine_id, keep_until) VALUES ($id, $until)", ("$id", machineId), ("$until", until.ToUnixTimeMilliseconds())));

    public void Forget(string machineId) => database.Write(connection => CatalogDatabase.Execute(connection, "DELETE FROM kept_logs WHERE machine_id = $id", ("$id", machineId)));

    public IReadOnlyList<(string MachineId, DateTimeOffset Until)> All() => database.Run(static connection => CatalogDatabase.Query(
        connection, "SELECT machine_id, keep_until FROM kept_logs", static reader => (reader.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)))));
}
