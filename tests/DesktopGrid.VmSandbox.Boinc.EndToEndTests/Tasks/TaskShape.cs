using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>What a task's program is told to do; its result depends on the steps, the work and the padding alone.</summary>
internal sealed record TaskShape
{
    public int Steps { get; init; } = 10;

    /// <summary>How long a step lasts, asleep unless it is busy.</summary>
    public int StepMilliseconds { get; init; } = 200;

    /// <summary>Rounds of mixing in each step.</summary>
    public int Work { get; init; } = 100_000;

    public bool IsBusy { get; init; }

    /// <summary>How long the program's own checkpoint takes to be written.</summary>
    public int CheckpointMilliseconds { get; init; }

    /// <summary>Bytes behind the result, which do not compress.</summary>
    public int Padding { get; init; }

    /// <summary>After which step a trickle goes up; 0 for none.</summary>
    public int TrickleAt { get; init; }

    /// <summary>After which step the output "part" is uploaded; 0 for none.</summary>
    public int UploadAt { get; init; }

    /// <summary>MiB that the program writes beside its result, or keeps in memory.</summary>
    public int DiskMiB { get; init; }

    public int MemoryMiB { get; init; }

    /// <summary>After which step the program asks once to be started later; 0 for never.</summary>
    public int PostponeAt { get; init; }

    public int ExitCode { get; init; }

    /// <summary>The signal that ends the program when all is computed; 0 for none.</summary>
    public int EndSignal { get; init; }

    /// <summary>Long enough for something to happen in the middle.</summary>
    public static TaskShape Lasting(int seconds) => new() { Steps = seconds * 4, StepMilliseconds = 250 };

    /// <summary>The arguments of the program.</summary>
    public string ToArguments() => string.Create(CultureInfo.InvariantCulture,
        $"--steps {Steps} --step-ms {StepMilliseconds} --work {Work} --busy {(IsBusy ? 1 : 0)} --checkpoint-ms {CheckpointMilliseconds} --pad {Padding} --trickle-at {TrickleAt} --upload-at {UploadAt} --fill-mib {DiskMiB} --hold-mib {MemoryMiB} --postpone-at {PostponeAt} --exit {ExitCode} --signal {EndSignal}");

    /// <summary>What computes the same at once and alone.</summary>
    public TaskShape ToNative() => new() { Steps = Steps, StepMilliseconds = 0, Work = Work, Padding = Padding };
}
