using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>What the parts of a run share.</summary>
/// <param name="Task">The client.</param>
/// <param name="Plan">What is to be done.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Switch">Whether the client wants it to stand.</param>
/// <param name="Tell">Where a reader of stderr.txt is told.</param>
/// <param name="Time">The clock.</param>
internal sealed record RunParts(BoincTask Task, TaskPlan Plan, RunProgress Progress, SuspendSwitch Switch, Action<string> Tell, TimeProvider Time);
