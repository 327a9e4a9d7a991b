namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// The daemon's routes. Paths of files travel in the query, never in the URL's path: there a client or a server may normalise
/// <c>..</c> and <c>%2F</c> before our own check sees them.
/// </summary>
public static class Routes
{
    /// <summary>GET: <see cref="PingReply"/>.</summary>
    public const string Ping = "/v1/ping";

    /// <summary>
    /// PUT writes a file (parents are made; an old file is replaced in one step), GET reads one, DELETE removes one.
    /// The path <c>.</c> may be deleted recursively: that empties the work directory and forgets the last task.
    /// </summary>
    public const string Files = "/v1/files";

    /// <summary>GET lists a directory as one <see cref="GuestEntry"/> a line; PUT makes a directory with its parents.</summary>
    public const string Directories = "/v1/directories";

    /// <summary>POST starts a task (<see cref="TaskStartRequest"/>), GET tells its state and may wait for a change, DELETE stops it. All answer <see cref="GuestTaskStatus"/>.</summary>
    public const string Task = "/v1/task";

    /// <summary>PUT: the bytes that the next task reads as its standard input.</summary>
    public const string TaskStandardInput = "/v1/task/stdin";

    /// <summary>GET: what the task wrote to its standard output, from <see cref="Query.Offset"/> on.</summary>
    public const string TaskStandardOutput = "/v1/task/stdout";

    /// <summary>GET: what the task wrote to its standard error, from <see cref="Query.Offset"/> on.</summary>
    public const string TaskStandardError = "/v1/task/stderr";

    /// <summary>POST: a message into the program's inbox; the body is its content, <see cref="Query.Key"/> its name.</summary>
    public const string MessagesToGuest = "/v1/messages/guest";

    /// <summary>GET: messages of the program with a number above <see cref="Query.After"/>, as <see cref="MessageList"/>.</summary>
    public const string MessagesToHost = "/v1/messages/host";

    /// <summary>POST: ends the task, syncs the disks and switches the machine off.</summary>
    public const string Shutdown = "/v1/control/shutdown";

    /// <summary>POST: what a guest that goes on from a saved instant must be told; the body is a <see cref="RenewMessage"/>.</summary>
    public const string Renew = "/v1/control/renew";

    /// <summary>
    /// POST: the read-only disk of <see cref="Query.Length"/> bytes is there; from now on its files are ordinary ones of the work directory. Once
    /// for a machine; the same request again is no failure.
    /// </summary>
    public const string InputDisk = "/v1/disks/input";

    /// <summary>
    /// POST: writes files of the work directory to the writable disk (<see cref="CollectRequest"/>, as a <see cref="CollectedFormat"/>). Answers
    /// one <see cref="CollectProgress"/> a line; the last one has a total or an error.
    /// </summary>
    public const string OutputDisk = "/v1/disks/output";

    /// <summary>Names of query parameters.</summary>
    public static class Query
    {
        /// <summary>A path inside the work directory, percent-encoded UTF-8.</summary>
        public const string Path = "path";
        /// <summary>Permission bits in octal, <c>644</c> by default; only the lower nine count.</summary>
        public const string Mode = "mode";
        /// <summary><c>true</c>: a directory is removed with everything in it.</summary>
        public const string Recursive = "recursive";
        /// <summary>A byte offset, 0 or more.</summary>
        public const string Offset = "offset";
        /// <summary>The most bytes that the answer may hold, 1 or more; without it, all that there are. Of a disk: its bytes.</summary>
        public const string Length = "length";
        /// <summary>Of a file only so many last bytes, 1 or more; without it, or of a shorter one, all.</summary>
        public const string Last = "last";
        /// <summary>How many milliseconds a stopped task has between SIGTERM and SIGKILL.</summary>
        public const string GraceMs = "graceMs";
        /// <summary>How many milliseconds an answer may wait for news, 0 to <see cref="ProtocolLimits.MaxWaitMs"/>.</summary>
        public const string WaitMs = "waitMs";
        /// <summary>Wait until standard output is longer than this.</summary>
        public const string StdoutLength = "stdout";
        /// <summary>Wait until standard error is longer than this.</summary>
        public const string StderrLength = "stderr";
        /// <summary>Wait until there is a message with a higher number than this.</summary>
        public const string LastMessage = "message";
        /// <summary>Only messages with a higher number.</summary>
        public const string After = "after";
        /// <summary>The name of a message.</summary>
        public const string Key = "key";
    }
}
