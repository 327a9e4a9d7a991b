using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>Tells a failure: one sentence, what to do, and with --verbose the evidence. Never a stack trace.</summary>
internal static class ErrorReport
{
    /// <returns>The exit code that goes with it.</returns>
    public static int Tell(Exception exception, Screen screen)
    {
        var exitCode = ExitCode.Of(exception);
        try
        {
            Tell(View(exception, exitCode), screen);
        }
        catch (IOException)
        {
            // Nobody can be told any more; the exit code still says it.
        }

        return exitCode;
    }

    private static void Tell(ErrorView view, Screen screen)
    {
        screen.Note(view.Message);
        if (view.Result is not null)
        {
            ProgramEnd.Tell(view.Result, screen);
            ProgramEnd.TellDropped(view.Result.DroppedBytes, screen);
        }

        if (view.Advice is not null)
        {
            screen.Note(view.Advice);
        }

        if (screen.IsVerbose)
        {
            Evidence(view, screen);
        }

        if (screen.IsJson)
        {
            screen.Json(new ErrorDocument(view), ConsoleJsonContext.Default.ErrorDocument);
        }
    }

    private static ErrorView View(Exception exception, int exitCode) => exception switch
    {
        SandboxException sandbox => From(sandbox, exitCode),
        OperationCanceledException => new ErrorView("cancelled", exitCode, "Cancelled."),
        UsageException usage => new ErrorView("usage", exitCode, usage.Message) { Advice = usage.Advice },
        // Its own Message adds the parameter's name, which is none of the reader's.
        ArgumentException argument => new ErrorView("usage", exitCode, argument.Message.Split(" (Parameter", 2)[0].Split('\n')[0]),
        OutputLostException lost => new ErrorView("output", exitCode, lost.Message) { Fate = lost.Fate },
        IOException or UnauthorizedAccessException => new ErrorView("file", exitCode, exception.Message),
        _ => new ErrorView("internal", exitCode, $"This is a fault of vmsandbox itself: {exception.GetType().Name}: {exception.Message.Split('\n')[0]}") { Advice = "Please report it, with the command line." },
    };

    private static ErrorView From(SandboxException exception, int exitCode)
    {
        var evidence = exception switch
        {
            JobException job => job.Evidence,
            VmException vm => vm.Evidence,
            QemuException qemu => qemu.Evidence,
            _ => QemuEvidence.None,
        };
        return new ErrorView(ConsoleJsonContext.Camel(exception.Code.ToString()), exitCode, exception.Sentence)
        {
            Number = (int)exception.Code,
            // The library's own sends its caller to a property of the exception.
            Advice = exception is JobException { Code: SandboxErrorCode.JobOutputMissing, Result: not null } ? "The program's exit code and standard error say why." : exception.Advice,
            Fate = exception.Fate,
            Step = exception.Step,
            Machine = exception.Machine,
            IsTransient = exception.IsTransient,
            QemuExitCode = evidence.ExitCode,
            QemuSignal = evidence.Signal,
            QemuErrors = evidence.Errors,
            ConsoleLines = evidence.ConsoleLines,
            PassedLimit = (exception as JobException)?.PassedLimit,
            Result = (exception as JobException)?.Result,
        };
    }

    private static void Evidence(ErrorView view, Screen screen)
    {
        if (view.Step is not null)
        {
            screen.Note($"step: {view.Step}");
        }

        if (view.Machine is not null)
        {
            screen.Note($"machine: {view.Machine}");
        }

        if (view.QemuExitCode is not null)
        {
            screen.Note($"QEMU's exit code: {view.QemuExitCode}");
        }

        if (view.QemuSignal is not null)
        {
            screen.Note($"QEMU was ended by signal {view.QemuSignal}");
        }

        foreach (var line in view.QemuErrors)
        {
            screen.Note($"QEMU: {line}");
        }

        foreach (var line in view.ConsoleLines)
        {
            screen.Note($"console: {line}");
        }
    }
}

/// <summary>A failure as a script reads it.</summary>
/// <param name="Code">The library's own name of it, or usage, file, cancelled, internal.</param>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Message">One sentence.</param>
internal sealed record ErrorView(string Code, int ExitCode, string Message)
{
    public int? Number { get; init; }
    public string? Advice { get; init; }
    public TaskFate? Fate { get; init; }
    public string? Step { get; init; }
    public string? Machine { get; init; }
    public bool IsTransient { get; init; }
    public int? QemuExitCode { get; init; }
    public int? QemuSignal { get; init; }
    public IReadOnlyList<string> QemuErrors { get; init; } = [];
    public IReadOnlyList<string> ConsoleLines { get; init; } = [];
    public PassedLimit? PassedLimit { get; init; }
    public JobResult? Result { get; init; }
}

/// <summary>Its envelope, which tells it from every result.</summary>
internal sealed record ErrorDocument(ErrorView Error);
