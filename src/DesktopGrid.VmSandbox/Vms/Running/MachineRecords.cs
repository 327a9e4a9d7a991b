using System.Text.Json;
using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Platform.Confinement;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>Between the catalog's plain texts and this room's types.</summary>
internal static class MachineRecords
{
    public static MachineRow Require(this MachineTable machines, VmId id) => machines.Find(id.ToString()) ?? throw VmException.Unknown(id);

    public static VmState VmState(this MachineRow row) => Enum.TryParse<VmState>(row.State, out var state) ? state : Vms.VmState.Failed;

    public static IReadOnlyList<ConfinementLayerStatus> Layers(this MachineRow row) =>
        row.Confinement is { } text ? JsonSerializer.Deserialize(text, VmJsonContext.Default.ConfinementLayerStatusArray) ?? [] : [];

    public static string Text(IReadOnlyList<ConfinementLayerStatus> layers) => JsonSerializer.Serialize([.. layers], VmJsonContext.Default.ConfinementLayerStatusArray);

    /// <summary>Refuses a verb that the table does not allow.</summary>
    public static void Demand(this MachineRow row, VmVerb verb)
    {
        if (VmTransitions.Next(verb, row.VmState()) is null)
        {
            throw VmException.Refused(VmId.Parse(row.Id), verb, row.VmState());
        }
    }
}

[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConfinementLayerStatus[]))]
internal sealed partial class VmJsonContext : JsonSerializerContext;
