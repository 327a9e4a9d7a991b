using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Catalog;

/// <summary>Verdicts on accelerators.</summary>
internal sealed class VerdictTable(CatalogDatabase database, TimeProvider time) : IVerdictStore
{
    public Task<AcceleratorVerdict?> FindAsync(string key, Accelerator accelerator, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(database.Run(connection => CatalogDatabase.Query(
            connection,
            "SELECT is_proven, reason FROM verdicts WHERE build = $key AND accelerator = $accelerator",
            reader => new AcceleratorVerdict(accelerator, reader.GetBoolean(0), reader.GetString(1)),
            ("$key", key), ("$accelerator", accelerator.ToString())).FirstOrDefault()));
    }

    public Task SaveAsync(string key, AcceleratorVerdict verdict, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        database.Write(connection => CatalogDatabase.Execute(
            connection,
            "INSERT OR REPLACE INTO verdicts (build, accelerator, is_proven, reason, at) VALUES ($key, $accelerator, $proven, $reason, $at)",
            ("$key", key), ("$accelerator", verdict.Accelerator.ToString()), ("$proven", verdict.IsProven), ("$reason", verdict.Reason), ("$at", time.GetUtcNow().ToUnixTimeMilliseconds())));
        return Task.CompletedTask;
    }
}
