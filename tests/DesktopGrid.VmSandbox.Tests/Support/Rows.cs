using DesktopGrid.VmSandbox.Catalog;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>Rows for a catalog.</summary>
internal static class Rows
{
    public const string ImageId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public static ImageRow Image { get; } = new(ImageId, "tiny", DateTimeOffset.UnixEpoch.AddDays(20_000));

    public static MachineRow Machine(string id) => new()
    {
        Id = id,
        ImageId = ImageId,
        State = "Created",
        MemoryMiB = 256,
        VirtualCpus = 1,
        OutlivesHost = false,
        BootTimeout = TimeSpan.FromMinutes(2),
        KeepLog = TimeSpan.Zero,
        CreatedAt = DateTimeOffset.UnixEpoch.AddDays(20_001),
    };
}
