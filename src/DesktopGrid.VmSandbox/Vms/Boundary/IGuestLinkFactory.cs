using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms.Boundary;

/// <summary>Makes links; one at a time per machine, since each port takes one connection.</summary>
internal interface IGuestLinkFactory
{
    /// <summary>A link over a machine's ports; nothing is connected before the first request.</summary>
    /// <param name="machine">Whose.</param>
    /// <param name="ports">Its ports.</param>
    /// <param name="variables">What a task has in its environment unless it sets it itself.</param>
    /// <param name="isFresh">Whether they were never connected to before.</param>
    /// <param name="time">The machine's own time; see <see cref="IRunningMachine.Time"/>.</param>
    /// <param name="machineEnded">Cancelled when its QEMU has ended: every request fails then, and at once.</param>
    IGuestLink Connect(VmId machine, IReadOnlyList<SerialPort> ports, IReadOnlyDictionary<string, string> variables, bool isFresh, TimeProvider time, CancellationToken machineEnded);
}
