namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A layer as the catalog keeps it.</summary>
internal sealed record LayerRow(string Id, string Name, DateTimeOffset AddedAt);

/// <summary>Layers.</summary>
internal sealed class LayerTable(CatalogDatabase database)
{
    /// <summary>Adds a layer; one that is there already is the newest of its name again.</summary>
    public void Add(LayerRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection,
        "INSERT INTO layers (id, name, added_at) VALUES ($id, $name, $at) ON CONFLICT DO UPDATE SET added_at = $at",
        ("$id", row.Id), ("$name", row.Name), ("$at", row.AddedAt.ToUnixTimeMilliseconds())));

    /// <summary>Removes one that no machine has; false where there is such a machine.</summary>
    public bool RemoveUnused(string id) => database.Alone(connection =>
    {
        CatalogDatabase.Execute(connection, "DELETE FROM layers WHERE id = $id AND NOT EXISTS (SELECT 1 FROM machine_layers WHERE layer_id = $id)", ("$id", id));
        return CatalogDatabase.Query(connection, "SELECT id FROM layers WHERE id = $id", static reader => reader.GetString(0), ("$id", id)).Count == 0;
    });

    /// <summary>All of them, newest first.</summary>
    public IReadOnlyList<LayerRow> All() => database.Run(static connection => CatalogDatabase.Query(
        connection, "SELECT id, name, added_at FROM layers ORDER BY added_at DESC, id", static reader => new LayerRow(reader.GetString(0), reader.GetString(1), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)))));
}
