using System.Globalization;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Standing;

/// <summary>A machine's share of its virtual CPUs, set or changed while it runs.</summary>
internal static class CpuShareVerb
{
    public const int Least = 5, All = 100;

    /// <summary>Within the slot's gate, of a machine that was taken up.</summary>
    public static async Task RunAsync(VmServices services, VmSlot slot, int percent)
    {
        var row = services.Machines.Require(slot.Id);
        if (slot.Running is not { } running || row.VmState() is not (VmState.Running or VmState.Suspended))
        {
            throw new VmException(SandboxErrorCode.MachineState, $"Machine {slot.Id} is {row.VmState()}; only one that runs or is suspended can be given a share of its CPUs.")
            {
                Machine = slot.Id.ToString(),
                State = row.VmState(),
                Advice = "Start it first.",
            };
        }

        await slot.ThrottleAsync(percent == All ? null : percent, () => new CpuThrottle(services, slot, running, row.VirtualCpus, percent)).ConfigureAwait(false);
        running.Log.Write(LogSource.Host, string.Create(CultureInfo.InvariantCulture, $"may use {percent} % of its virtual CPUs"));
    }
}
