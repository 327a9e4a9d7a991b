namespace DesktopGrid.VmSandbox.Qmp.Commands;

/// <summary>QEMU's qapi/migration.json: the machine's state as a stream.</summary>
internal static class MigrationCommands
{
    /// <summary>How it stands; empty before the first one.</summary>
    public static QmpCommand<QmpMigration> Query { get; } = new("query-migrate", QmpJsonContext.Default.QmpMigration);

    /// <summary>Gives up one that is under way; the virtual CPUs go on where they went before.</summary>
    public static QmpCommand<QmpNothing> Cancel { get; } = new("migrate_cancel", QmpJsonContext.Default.QmpNothing);

    /// <summary>Switches these capabilities on; they are kept until the process ends.</summary>
    public static QmpCommand<QmpNothing> SwitchOn(params string[] capabilities) => new("migrate-set-capabilities", QmpJsonContext.Default.QmpNothing, writer =>
    {
        writer.WriteStartArray("capabilities");
        foreach (var capability in capabilities)
        {
            writer.WriteStartObject();
            writer.WriteString("capability", capability);
            writer.WriteBoolean("state", true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>How fast it may go, in bytes a second, and how long the virtual CPUs may stand for its last part.</summary>
    public static QmpCommand<QmpNothing> SetLimits(long bytesPerSecond, TimeSpan downtime) => new("migrate-set-parameters", QmpJsonContext.Default.QmpNothing, writer =>
    {
        writer.WriteNumber("max-bandwidth", bytesPerSecond);
        writer.WriteNumber("downtime-limit", (long)downtime.TotalMilliseconds);
    });

    /// <summary>Begins to send; QEMU connects to that socket.</summary>
    public static QmpCommand<QmpNothing> SendTo(string socketPath) => new("migrate", QmpJsonContext.Default.QmpNothing, writer => writer.WriteString("uri", $"unix:{socketPath}"));

    /// <summary>Lets QEMU listen on that socket for a state; for one that was started with <c>-incoming defer</c>.</summary>
    public static QmpCommand<QmpNothing> ReceiveAt(string socketPath) => new("migrate-incoming", QmpJsonContext.Default.QmpNothing, writer => writer.WriteString("uri", $"unix:{socketPath}"));

    /// <summary>Lets one go on that stands in that status.</summary>
    public static QmpCommand<QmpNothing> GoOnFrom(string status) => new("migrate-continue", QmpJsonContext.Default.QmpNothing, writer => writer.WriteString("state", status));
}

/// <summary>Names of qapi/migration.json.</summary>
internal static class MigrationNames
{
    /// <summary>The capability by which QEMU stops the virtual CPUs, keeps the disks, and waits for the word to go on.</summary>
    public const string PauseBeforeSwitchover = "pause-before-switchover";
    /// <summary>The capability by which memory that QEMU shares with others is no part of the stream; on both ends or on neither.</summary>
    public const string IgnoreShared = "x-ignore-shared";
    /// <summary>The capability by which QEMU tells each new status.</summary>
    public const string Events = "events";
    /// <summary>The virtual CPUs stand, and the disks are still this process's.</summary>
    public const string PreSwitchover = "pre-switchover";
    /// <summary>All was sent, or received.</summary>
    public const string Completed = "completed";
    /// <summary>It broke; the virtual CPUs go on.</summary>
    public const string Failed = "failed";
    /// <summary>It was given up; the virtual CPUs go on.</summary>
    public const string Cancelled = "cancelled";
}
