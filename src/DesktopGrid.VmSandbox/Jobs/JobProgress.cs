using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>The steps of a job, in their order.</summary>
public enum JobPhase
{
    /// <summary>The machine is made; and the disk of its inputs, where they are many or large.</summary>
    Create = 0,
    /// <summary>It waits for its turn, where there is no room in the host's budget (<see cref="HostBudgetOptions"/>). Left out where there is room.</summary>
    Queued = 1,
    /// <summary>It boots; at the first use of a QEMU on this host its accelerators are proven before.</summary>
    Start = 2,
    /// <summary>Inputs go in.</summary>
    Put = 3,
    /// <summary>The program runs.</summary>
    Run = 4,
    /// <summary>Outputs come out.</summary>
    Get = 5,
    /// <summary>The machine is ended and removed.</summary>
    Destroy = 6,
}

/// <summary>How long a step took.</summary>
/// <param name="Phase">Which.</param>
/// <param name="Duration">By the host's monotonic clock.</param>
public readonly record struct JobPhaseTime(JobPhase Phase, TimeSpan Duration);

/// <summary>How far a job has come. Told at each change of phase, at each report of the program, with transfers, and once a second while it runs.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="FractionDone">What the program last reported, 0 to 1, by <c>msg_to_host fraction_done</c> or by what <see cref="SandboxJob.FractionDone"/> names; null before its first report.</param>
/// <param name="CpuTime">CPU time of the QEMU process until now, its boot included, which <see cref="JobResult.HostCpuTime"/> leaves out.</param>
/// <param name="Elapsed">Since the job began.</param>
/// <param name="Transfer">The file under way, in the phases <see cref="JobPhase.Create"/>, <see cref="JobPhase.Put"/> and <see cref="JobPhase.Get"/>; null otherwise. Inputs that go by disk are told in the first and, as whole, again in the second.</param>
/// <param name="Machine">The machine that runs it, to follow its log or ask for its status; null until it is made.</param>
public sealed record JobProgress(JobPhase Phase, double? FractionDone, TimeSpan CpuTime, TimeSpan Elapsed, TransferProgress? Transfer, VmId? Machine);
