using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>The job that one process lives in, from before its first instruction ("Job Objects").</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class JobObject : IDisposable
{
    /// <summary>The exit code of a killed process, as shells tell it: 128 and the number of the signal.</summary>
    public const uint KilledExitCode = 137;

    private JobObject(SafeJobHandle handle) => Handle = handle;

    public SafeJobHandle Handle { get; }

    /// <summary>Whether this process is in a job itself: then the new one is nested, and nested ones may not limit the user interface.</summary>
    public static bool IsNested => Kernel32.IsProcessInJob(Kernel32.GetCurrentProcess(), 0, out var isInJob) && isInJob;

    /// <param name="diesWithParent">The system ends the process when the last handle closes, and this process holds the only one.</param>
    /// <param name="isConfined">No second process, no window, no clipboard.</param>
    /// <param name="priorityClass">Held, so that the process cannot raise itself.</param>
    public static JobObject Create(bool diesWithParent, bool isConfined, uint priorityClass)
    {
        var job = new JobObject(Kernel32.CreateJobObject(null, null));
        try
        {
            Demand(!job.Handle.IsInvalid);
            var limits = new JobExtendedLimits
            {
                Basic = new JobBasicLimits
                {
                    // Without a visit of Windows Error Reporting there is no dump, which would hold the guest's memory.
                    LimitFlags = JobBasicLimits.DieOnUnhandledException | JobBasicLimits.Priority
                        | (diesWithParent ? JobBasicLimits.KillOnJobClose : 0) | (isConfined ? JobBasicLimits.ActiveProcess : 0),
                    PriorityClass = priorityClass,
                    ActiveProcessLimit = 1,
                },
            };
            Demand(Kernel32.SetInformationJobObject(job.Handle, JobObjectInformationClass.ExtendedLimitInformation, &limits, (uint)sizeof(JobExtendedLimits)));
            if (isConfined && !IsNested)
            {
                var userInterface = new JobUserInterfaceLimits { Restrictions = JobUserInterfaceLimits.All };
                Demand(Kernel32.SetInformationJobObject(job.Handle, JobObjectInformationClass.BasicUserInterfaceRestrictions, &userInterface, (uint)sizeof(JobUserInterfaceLimits)));
            }

            return job;
        }
        catch
        {
            job.Dispose();
            throw;
        }
    }

    /// <summary>Ends all that is in it; harmless when nothing is.</summary>
    public void Terminate() => _ = Kernel32.TerminateJobObject(Handle, KilledExitCode);

    public void Dispose() => Handle.Dispose();

    private static void Demand(bool isDone)
    {
        if (!isDone)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
