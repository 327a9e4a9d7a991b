using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.Sessions;

/// <summary>Something that the program did.</summary>
public abstract record TaskEvent
{
    private protected TaskEvent()
    {
    }
}

/// <summary>The program wrote something.</summary>
/// <param name="IsError">Whether to standard error.</param>
/// <param name="Offset">Where in that stream the bytes begin; 0 for the first.</param>
/// <param name="Bytes">What it wrote: hostile bytes, the receiver's to keep.</param>
public sealed record TaskOutput(bool IsError, long Offset, ReadOnlyMemory<byte> Bytes) : TaskEvent;

/// <summary>The program sent a message.</summary>
/// <param name="Message">The message.</param>
public sealed record TaskMessage(GuestMessage Message) : TaskEvent;

/// <summary>The program ended.</summary>
/// <param name="Status">How.</param>
public sealed record TaskEnded(GuestTaskStatus Status) : TaskEvent;

/// <summary>A place in a program's output and messages, to go on from there.</summary>
/// <param name="Stdout">Bytes of standard output already seen.</param>
/// <param name="Stderr">Bytes of standard error already seen.</param>
/// <param name="Message">The number of the last message seen.</param>
public readonly record struct TaskPosition(long Stdout, long Stderr, long Message);
