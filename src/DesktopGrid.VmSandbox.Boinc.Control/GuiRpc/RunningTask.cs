using DesktopGrid.VmSandbox.Boinc.Control.Markup;

namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>A task as the running client tells of it.</summary>
/// <param name="Name">The result's name.</param>
/// <param name="ProjectUrl">Its project's master address.</param>
/// <param name="Slot">The slot that it has; null where it has not been started.</param>
/// <param name="IsReadyToReport">Whether it is done and only has to be reported.</param>
/// <param name="FractionDone">From 0 to 1; null where it has not been started.</param>
/// <param name="CpuSeconds">Its CPU time.</param>
internal sealed record RunningTask(string Name, string ProjectUrl, int? Slot, bool IsReadyToReport, double? FractionDone, double CpuSeconds)
{
    public static RunningTask? Of(Element result)
    {
        if (result.Value("name") is not { } name || result.Value("project_url") is not { } url)
        {
            return null;
        }

        var active = result.Child("active_task");
        double? done = active?.Number("fraction_done") is { } fraction ? Math.Clamp(fraction, 0, 1) : null;
        return new RunningTask(name, url, active?.Whole("slot"), result.Flag("ready_to_report"), done, Math.Max(0, active?.Number("current_cpu_time") ?? result.Number("final_cpu_time") ?? 0));
    }
}
