using System.Buffers;
using System.Text.Json;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>The answer to a ping.</summary>
/// <param name="Protocol">The daemon's <see cref="ProtocolVersion.Current"/>.</param>
/// <param name="Daemon">The daemon's own version, for people.</param>
/// <param name="UptimeMs">Milliseconds since the guest's kernel started.</param>
/// <param name="Task">The state of the task.</param>
public sealed record PingReply(int Protocol, string Daemon, long UptimeMs, GuestTaskState Task)
{
    /// <summary>
    /// As <see cref="ContractsJsonContext"/> would write it, without the serializer: the answer that a start waits for is the first of all,
    /// and to set the serializer up took an emulated guest as long as the rest of its way.
    /// </summary>
    internal byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("protocol"u8, Protocol);
            json.WriteString("daemon"u8, Daemon);
            json.WriteNumber("uptimeMs"u8, UptimeMs);
            json.WriteString("task"u8, Task switch
            {
                GuestTaskState.None => nameof(GuestTaskState.None),
                GuestTaskState.Running => nameof(GuestTaskState.Running),
                _ => nameof(GuestTaskState.Exited),
            });
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>The life of a task, as the daemon sees it.</summary>
public enum GuestTaskState
{
    /// <summary>None was started since the work directory was last emptied.</summary>
    None = 0,
    /// <summary>The program runs.</summary>
    Running = 1,
    /// <summary>The program ended; its result stands.</summary>
    Exited = 2,
}

/// <summary>What to run.</summary>
/// <remarks>Properties with a default can be set, not only initialised: the JSON source generator would forget the defaults otherwise.</remarks>
public sealed record TaskStartRequest
{
    /// <summary>The caller's name for this run; given back in every status, so that an answer of an older run is recognised.</summary>
    public required string TaskId { get; init; }
    /// <summary>The program: relative to the work directory, or an absolute path of the guest. Never searched in PATH.</summary>
    public required string Program { get; init; }
    /// <summary>The arguments after the program's name.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];
    /// <summary>Environment variables, added to the daemon's small default set (PATH, HOME, TMPDIR, LANG, VMSANDBOX_INBOX, VMSANDBOX_MESSAGES).</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();
    /// <summary>The folder to start in, relative to the work directory; null for the work directory itself.</summary>
    public string? Directory { get; init; }
    /// <summary>Whether standard input is what was put at <see cref="Routes.TaskStandardInput"/>; empty otherwise.</summary>
    public bool UseStandardInput { get; init; }
    /// <summary>How many bytes of standard output are kept, and as many again of standard error; what comes after is counted and dropped.</summary>
    public long OutputBytes { get; set; } = ProtocolLimits.DefaultOutputBytes;
    /// <summary>The most processes and threads that the task may have at once, 1 or more; null for the guest's own bound.</summary>
    public int? Processes { get; init; }
    /// <summary>A file that the program maps to talk to the host; null for none. While the task runs, messages with names of channels go there and come from there.</summary>
    public ChannelFile? Channels { get; init; }
}

/// <summary>The state of a task, and how much of its output and messages there is.</summary>
public sealed record GuestTaskStatus
{
    /// <summary>The caller's name for the run; null while there was none.</summary>
    public string? TaskId { get; init; }
    /// <summary>Whether it runs.</summary>
    public GuestTaskState State { get; init; }
    /// <summary>The exit code, 0–255; null while it runs or when a signal ended it.</summary>
    public int? ExitCode { get; init; }
    /// <summary>The number of the signal that ended it; null otherwise.</summary>
    public int? Signal { get; init; }
    /// <summary>Whether the daemon's stop verb ended it.</summary>
    public bool Stopped { get; init; }
    /// <summary>Bytes of standard output that can be read.</summary>
    public long StdoutLength { get; init; }
    /// <summary>Bytes of standard error that can be read.</summary>
    public long StderrLength { get; init; }
    /// <summary>Bytes of both that came after the limit and were dropped.</summary>
    public long DroppedBytes { get; init; }
    /// <summary>The number of the newest message to the host; 0 for none.</summary>
    public long LastMessage { get; init; }
    /// <summary>User time of the task and its waited-for children, in milliseconds, by the guest's clock; known at its end.</summary>
    public long UserMs { get; init; }
    /// <summary>System time likewise.</summary>
    public long SystemMs { get; init; }
    /// <summary>Largest resident set of one of its processes, in bytes; known at its end.</summary>
    public long PeakMemoryBytes { get; init; }
    /// <summary>The most processes and threads that it had at once; known at its end, and only where they were limited.</summary>
    public long PeakProcesses { get; init; }
    /// <summary>What the kernel would not give it, and why it therefore ended or was ended; null for nothing.</summary>
    public GuestLimit? PassedLimit { get; init; }
    /// <summary>Milliseconds from start to now or to its end, by the guest's clock.</summary>
    public long ElapsedMs { get; init; }
}

/// <summary>What a task can want more of than the guest's kernel gives.</summary>
public enum GuestLimit
{
    /// <summary>The machine's memory: the kernel killed one of its processes, and it did not end well.</summary>
    Memory = 0,
    /// <summary><see cref="TaskStartRequest.Processes"/>: one more was refused, and the daemon ended the task.</summary>
    Processes = 1,
}

/// <summary>What kind of thing a directory entry is.</summary>
public enum GuestEntryKind
{
    /// <summary>A regular file.</summary>
    File = 0,
    /// <summary>A directory.</summary>
    Directory = 1,
    /// <summary>A symbolic link; never followed.</summary>
    Link = 2,
    /// <summary>A pipe, socket or device; cannot be read through the daemon.</summary>
    Other = 3,
}

/// <summary>One entry of a listing.</summary>
/// <param name="Name">The name, without folder. A name that is no UTF-8 has U+FFFD in place of the broken bytes and cannot be asked for.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Bytes of a file; 0 for the others.</param>
/// <param name="Mode">Permission bits, the lower twelve of st_mode (inode(7)).</param>
/// <param name="ModifiedMs">Last change, in milliseconds since 1970 by the guest's clock.</param>
public sealed record GuestEntry(string Name, GuestEntryKind Kind, long Length, int Mode, long ModifiedMs);

/// <summary>The answer to a put.</summary>
/// <param name="Length">Bytes written.</param>
public sealed record FileWritten(long Length);

/// <summary>A message of the program to the host.</summary>
/// <param name="Number">Counts from 1; gaps mean that older ones gave way.</param>
/// <param name="Key">Its name, such as <c>fraction_done</c>.</param>
/// <param name="Value">Its content.</param>
public sealed record GuestMessage(long Number, string Key, string Value);

/// <summary>Messages of the program, oldest first.</summary>
/// <param name="Messages">As many as fit into one answer.</param>
public sealed record MessageList(IReadOnlyList<GuestMessage> Messages);

/// <summary>Which files the daemon is to write to the output disk, and within what bounds.</summary>
/// <param name="Paths">The files, in the order in which they are written.</param>
/// <param name="DiskLength">Bytes of the disk, as the host knows them: a guest that was cloned sees another size.</param>
/// <param name="MaxBytes">The most bytes of all files together; the first file that passes it is not written, nor what follows.</param>
/// <param name="LeastBytes">Where all files together hold fewer bytes, nothing is written.</param>
public sealed record CollectRequest(IReadOnlyList<string> Paths, long DiskLength, long MaxBytes, long LeastBytes);

/// <summary>How far the writing to the output disk has come; one a line.</summary>
/// <param name="Number">The file under way, by its place in <see cref="CollectRequest.Paths"/>.</param>
/// <param name="Bytes">Bytes of it that are written.</param>
/// <param name="Total">In the last line: bytes of the whole stream, a multiple of <see cref="CollectedFormat.Alignment"/>; 0 where nothing was written.</param>
/// <param name="Error">In the last line, instead of a total: what went wrong.</param>
public sealed record CollectProgress(int Number, long Bytes, long? Total = null, ErrorBody? Error = null);
