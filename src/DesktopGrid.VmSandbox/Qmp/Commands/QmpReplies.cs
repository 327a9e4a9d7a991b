using System.Text.Json;
using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Qmp.Commands;

/// <summary>The empty object that most commands answer with.</summary>
internal sealed record QmpNothing;

/// <summary>qapi/run-state.json, StatusInfo.</summary>
/// <param name="Status">A RunState, such as <c>running</c>, <c>paused</c>, <c>prelaunch</c>, <c>guest-panicked</c>.</param>
/// <param name="Running">Whether the virtual CPUs run.</param>
internal sealed record QmpStatus(string Status, bool Running);

/// <summary>qapi/machine.json, MachineInfo; what is used of it.</summary>
internal sealed record QmpMachine(string Name, string? Alias);

/// <summary>qapi/machine-target.json, CpuDefinitionInfo; what is used of it.</summary>
internal sealed record QmpCpuDefinition(string Name);

/// <summary>qapi/control.json, VersionInfo; what is used of it.</summary>
internal sealed record QmpVersion(string Package);

/// <summary>qapi/migration.json, MigrationInfo; what is used of it.</summary>
internal sealed record QmpMigration(string? Status, QmpMigrationRam? Ram, string? ErrorDesc);

/// <summary>qapi/migration.json, MigrationStats; what is used of it.</summary>
/// <param name="Transferred">Bytes sent so far.</param>
/// <param name="Total">Bytes of RAM of all kinds.</param>
/// <param name="DirtySyncCount">How often the marks of changed memory were read; from the second time on, all was sent once.</param>
internal sealed record QmpMigrationRam(long Transferred, long Total, long DirtySyncCount);

/// <summary>qapi/block-core.json, SnapshotInfo; what is used of it.</summary>
internal sealed record QmpSnapshot(string Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, MaxDepth = 32)]
[JsonSerializable(typeof(QmpNothing))]
[JsonSerializable(typeof(QmpStatus))]
[JsonSerializable(typeof(QmpVersion))]
[JsonSerializable(typeof(QmpMigration))]
[JsonSerializable(typeof(QmpSnapshot))]
[JsonSerializable(typeof(QmpMachine[]))]
[JsonSerializable(typeof(QmpCpuDefinition[]))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class QmpJsonContext : JsonSerializerContext;
