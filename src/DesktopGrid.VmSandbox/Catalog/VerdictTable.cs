namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>What was found out about an accelerator, as the catalog keeps it. Plain values: this room knows no QEMU.</summary>
internal sealed record VerdictRow(string Build, string Accelerator, bool IsProven, string Reason, DateTimeOffset At);

/// <summary>Verdicts on accelerators.</summary>
internal sealed class VerdictTable(CatalogDatabase database)
{
    public VerdictRow? Find(string build, string accelerator) => database.Run(connection => CatalogDatabase.Query(
        connection,
        "SELECT is_proven, reason, at FROM verdicts WHERE build = $build AND accelerator = $accelerator",
        reader => new VerdictRow(build, accelerator, reader.GetBoolean(0), reader.GetString(1), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2))),
        ("$build", build), ("$accelerator", accelerator)).FirstOrDefault());

    /// <summary>Keeps a verdict in place of an older one.</summary>
    public void Save(VerdictRow row) => database.Write(connection => CatalogDatabase.Execute(
        connection,
        "INSERT OR REPLACE INTO verdicts (build, accelerator, is_proven, reason, at) VALUES ($build, $accelerator, $proven, $reason, $at)",
        ("$build", row.Build), ("$accelerator", row.Accelerator), ("$proven", row.IsProven), ("$reason", row.Reason), ("$at", row.At.ToUnixTimeMilliseconds())));
}
