using System.Text.Json;

namespace DesktopGrid.VmSandbox.Qmp;

/// <summary>Something that QEMU tells unasked.</summary>
/// <param name="Name">QEMU's name, such as <c>SHUTDOWN</c>; see <see cref="QmpEventNames"/>.</param>
/// <param name="Data">Its data; of kind <see cref="JsonValueKind.Undefined"/> where it has none.</param>
/// <param name="Time">When, by QEMU's clock.</param>
internal sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset Time)
{
    /// <summary>A text of the data, or null.</summary>
    public string? Text(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A flag of the data; false where it is missing.</summary>
    public bool Flag(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>Names of the events that are looked at, from QEMU's qapi/run-state.json, qapi/block-core.json and qapi/migration.json.</summary>
internal static class QmpEventNames
{
    public const string Shutdown = "SHUTDOWN";
    public const string BlockIoError = "BLOCK_IO_ERROR";
    public const string Migration = "MIGRATION";
}
