namespace DesktopGrid.VmSandbox.Primitives;

/// <summary>
/// The base of every failure that this library reports. One subclass per layer:
/// <code>
/// SandboxException
/// ├─ PlatformException   the operating system refused
/// ├─ QmpException        QEMU's monitor
/// ├─ QemuException       the QEMU process and its tools
/// ├─ ImageException      images, layers and overlays
/// ├─ CatalogException    the store's database
/// ├─ VmException         a machine verb
/// ├─ SessionException    a task verb
/// ├─ JobException        a whole job: carries the evidence of what failed below
/// └─ BoincException      the talk with BOINC: package DesktopGrid.VmSandbox.Boinc
/// </code>
/// Wrong use of the library stays with <see cref="ArgumentException"/>, <see cref="InvalidOperationException"/> and
/// <see cref="ObjectDisposedException"/>; a caller's own cancellation with <see cref="OperationCanceledException"/>.
/// </summary>
public abstract class SandboxException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="code">The stable number of the failure.</param>
    /// <param name="message">One clear sentence.</param>
    /// <param name="innerException">What was caught, if anything.</param>
    private protected SandboxException(SandboxErrorCode code, string message, Exception? innerException)
        : base(message, innerException) => Code = code;

    /// <summary>The stable number of the failure.</summary>
    public SandboxErrorCode Code { get; }

    /// <summary>The named step that failed, such as <c>start.boot</c>; null where the failure belongs to no step.</summary>
    public string? Step { get; init; }

    /// <summary>The machine concerned, if one is.</summary>
    public string? Machine { get; internal set; }

    /// <summary>What the reader can do about it, as one sentence; null where nothing sensible can be said.</summary>
    public string? Advice { get => field ?? DefaultAdvice.For(Code); init; }

    /// <summary>Whether the same call may succeed if it is simply tried again later.</summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// What is known about the program that was to run. Never null on a <c>JobException</c>, nor where the task verb start fails; null where the
    /// act that failed starts no program, so that nobody takes a failed get for a program that never ran.
    /// </summary>
    public TaskFate? Fate { get; internal set; }

    /// <summary>What failed, in one sentence: the message without the advice.</summary>
    public string Sentence => base.Message;

    /// <summary>The sentence, and the advice where there is one.</summary>
    public override string Message => Advice is null ? base.Message : $"{base.Message} {Advice}";
}
