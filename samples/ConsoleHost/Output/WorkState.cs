using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>What is being done.</summary>
/// <param name="Label">Which step; a new one begins a new line or bar.</param>
/// <param name="Fraction">How much of it is done, 0 to 1; null where nobody knows the whole.</param>
/// <param name="Detail">What it is about just now, such as a file.</param>
internal sealed record WorkStep(string Label, double? Fraction, string? Detail = null)
{
    public string Text => Detail is null ? Label : $"{Label} {Detail}";
}

/// <summary>The newest word about a work. Told by any thread, looked at by the display whenever it likes: reports never wait for a terminal.</summary>
internal sealed class WorkState(string label) : IProgress<JobProgress>, IProgress<TransferProgress>, IProgress<ImportProgress>
{
    private volatile WorkStep _now = new(label, null);

    public WorkStep Now => _now;

    public void Report(JobProgress value) => _now = value switch
    {
        { Phase: JobPhase.Create, Transfer: { } transfer } => Step("packing", transfer),
        { Phase: JobPhase.Create } => new WorkStep("making the machine", null),
        { Phase: JobPhase.Queued } => new WorkStep("waiting for room on this computer", null),
        { Phase: JobPhase.Start } => new WorkStep("starting the machine", null),
        { Phase: JobPhase.Put, Transfer: { } transfer } => Step("sending", transfer),
        { Phase: JobPhase.Put } => new WorkStep("sending", null),
        { Phase: JobPhase.Run } => new WorkStep("running", value.FractionDone),
        { Phase: JobPhase.Get, Transfer: { } transfer } => Step("fetching", transfer),
        { Phase: JobPhase.Get } => new WorkStep("fetching", null),
        _ => new WorkStep("removing the machine", null),
    };

    public void Report(TransferProgress value) => _now = Step(label, value);

    public void Report(ImportProgress value) => _now = new WorkStep(
        value.Step switch
        {
            ImportStep.Read => "reading",
            ImportStep.Convert => "converting",
            _ => "verifying",
        },
        value.TotalBytes > 0 ? Math.Clamp((double)value.Bytes / value.TotalBytes, 0, 1) : null);

    private static WorkStep Step(string label, TransferProgress transfer) => new(
        label,
        transfer.Total is > 0 and var total ? Math.Clamp((double)transfer.Bytes / total, 0, 1) : null,
        Printable.Line(transfer.Path));
}
