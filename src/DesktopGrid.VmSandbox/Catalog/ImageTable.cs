namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>A base image as the catalog keeps it.</summary>
internal sealed record ImageRow(string Id, string Name, DateTimeOffset AddedAt);

/// <summary>Base images.</summary>
internal sealed class ImageTable(CatalogDatabase database)
{
    /// <summary>Adds an image; one that is there already stays as it is.</summary>
    public void Add(ImageRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection, "INSERT INTO images (id, name, added_at) VALUES ($id, $name, $at) ON CONFLICT DO NOTHING", ("$id", row.Id), ("$name", row.Name), ("$at", row.AddedAt.ToUnixTimeMilliseconds())));

    /// <summary>Removes one that no machine was made of; false where there is such a machine.</summary>
    public bool RemoveUnused(string id) => database.Alone(connection =>
    {
        CatalogDatabase.Execute(connection, "DELETE FROM images WHERE id = $id AND NOT EXISTS (SELECT 1 FROM machines WHERE image_id = $id)", ("$id", id));
        return CatalogDatabase.Query(connection, "SELECT id FROM images WHERE id = $id", static reader => reader.GetString(0), ("$id", id)).Count == 0;
    });

    public void Remove(string id) => database.Write(connection => CatalogDatabase.Execute(connection, "DELETE FROM images WHERE id = $id", ("$id", id)));

    /// <summary>All of them, newest first.</summary>
    public IReadOnlyList<ImageRow> All() => database.Run(static connection => CatalogDatabase.Query(
        connection, "SELECT id, name, added_at FROM images ORDER BY added_at DESC, id", static reader => new ImageRow(reader.GetString(0), reader.GetString(1), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)))));
}
