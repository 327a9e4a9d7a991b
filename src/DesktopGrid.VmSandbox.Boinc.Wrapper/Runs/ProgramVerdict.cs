using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

/// <summary>What the end of a program means for the task, by the rules that the stock wrapper and the client have for programs without a sandbox.</summary>
internal sealed class ProgramVerdict(TaskPlan plan, ISandboxSession session)
{
    private const int MostNoticeBytes = 4096;

    /// <summary>What is to be done: end the task, run the program again, or neither.</summary>
    public readonly record struct Verdict(RunEnd? End, bool IsToRunAgain);

    /// <summary>Judges.</summary>
    /// <exception cref="SandboxException">The guest does not answer.</exception>
    public async Task<Verdict> OfAsync(PlannedTask program, GuestTaskStatus status, CancellationToken cancellationToken)
    {
        if (status.PassedLimit is GuestLimit.Memory)
        {
            return Ends(RunEnd.With(BoincExitCode.MemoryLimitExceeded, $"{program.Name} wanted more memory than its machine has"));
        }

        // Ended by its time limit, which is no failure (samples/wrapper/wrapper.cpp).
        if (status.Stopped && program.TimeLimit is not null)
        {
            return default;
        }

        if (status.Signal is { } signal)
        {
            return Ends(RunEnd.With(plan.IsJob ? BoincExitCode.ChildFailed : BoincExitCode.Signal, string.Create(CultureInfo.InvariantCulture, $"{program.Name} was ended by signal {signal}")));
        }

        if (status.ExitCode is not { } exitCode)
        {
            return Ends(RunEnd.With(BoincExitCode.ChildFailed, $"{program.Name} has ended, and the guest does not say how"));
        }

        if (plan.HasApi)
        {
            return await OfApplicationAsync(program, exitCode, cancellationToken).ConfigureAwait(false);
        }

        return exitCode == 0
            ? default
            : Ends(new RunEnd.Finished(plan.IsJob ? (int)BoincExitCode.ChildFailed : exitCode, string.Create(CultureInfo.InvariantCulture, $"{program.Name} ended with exit code {exitCode}")));
    }

    /// <summary>Client/app_control.cpp: the word that it shall be started later, then the exit code, then the word that it is finished.</summary>
    private async Task<Verdict> OfApplicationAsync(PlannedTask program, int exitCode, CancellationToken cancellationToken)
    {
        if (await LinesAsync(SlotFiles.TemporaryExit, cancellationToken).ConfigureAwait(false) is [var delay, var reason, ..])
        {
            await session.DeleteAsync(SlotFiles.TemporaryExit, cancellationToken: cancellationToken).ConfigureAwait(false);
            return Ends(new RunEnd.Postponed(TimeSpan.FromSeconds(double.TryParse(delay, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400 ? seconds : 300), reason));
        }

        if (exitCode != 0)
        {
            return Ends(new RunEnd.Finished(exitCode, string.Create(CultureInfo.InvariantCulture, $"{program.Name} ended with exit code {exitCode}")));
        }

        return await LinesAsync(SlotFiles.Finish, cancellationToken).ConfigureAwait(false) is { } finish
            ? finish.Length > 0 && int.TryParse(finish[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var status)
                ? status == 0 ? default : Ends(new RunEnd.Finished((status & 0xff) == 0 ? (int)BoincExitCode.ChildFailed : status & 0xff, finish.Length > 1 ? finish[1] : null))
                : Ends(RunEnd.With(BoincExitCode.ChildFailed, $"{program.Name} has finished, and does not say how"))
            : new Verdict(null, IsToRunAgain: true);
    }

    private async Task<string[]?> LinesAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.GetTextAsync(name, MostNoticeBytes, cancellationToken).ConfigureAwait(false)).Split('\n', StringSplitOptions.TrimEntries);
        }
        catch (SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound or SandboxErrorCode.GuestPathRefused or SandboxErrorCode.GuestTooLarge)
        {
            return null;
        }
    }

    private static Verdict Ends(RunEnd end) => new(end, IsToRunAgain: false);
}
