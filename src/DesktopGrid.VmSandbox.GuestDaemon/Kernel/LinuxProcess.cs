using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>How a child ended, as wait4(2) tells it.</summary>
internal readonly record struct ChildExit(int ProcessId, int? ExitCode, int? Signal, long UserMs, long SystemMs, long PeakMemoryBytes);

/// <summary>The process calls: .NET's own Process class cannot be used, since the guest's first process must reap children that are not its own.</summary>
internal static partial class LinuxProcess
{
    public const int SignalKill = 9, SignalTerminate = 15, SignalChild = 17, SignalContinue = 18;

    private const short SpawnSetSignalDefaults = 4, SpawnSetSignalMask = 8, SpawnSetSession = 0x80;
    private const int CloseOnExec = 0x80000;

    /// <summary>Starts a program in a session of its own, with default signals and these three streams only.</summary>
    public static unsafe int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string directory, SafeFileHandle input, SafeFileHandle output, SafeFileHandle error)
    {
        // glibc x86-64: 80 and 336 bytes; more is harmless.
        var actions = stackalloc byte[128];
        var attributes = stackalloc byte[512];
        var signals = stackalloc byte[128];
        Check(FileActionsInit(actions), program);
        Check(AttributesInit(attributes), program);
        try
        {
            Check(AddChangeDirectory(actions, directory), directory);
            Check(AddDup2(actions, (int)input.DangerousGetHandle(), 0), program);
            Check(AddDup2(actions, (int)output.DangerousGetHandle(), 1), program);
            Check(AddDup2(actions, (int)error.DangerousGetHandle(), 2), program);
            Check(AttributesSetFlags(attributes, SpawnSetSignalDefaults | SpawnSetSignalMask | SpawnSetSession), program);
            new Span<byte>(signals, 128).Clear();
            Check(AttributesSetMask(attributes, signals), program);
            new Span<byte>(signals, 128).Fill(0xff);
            Check(AttributesSetDefault(attributes, signals), program);
            using var argv = new StringVector([program, .. arguments]);
            using var envp = new StringVector(environment);
            int processId;
            Check(PosixSpawn(&processId, program, actions, attributes, argv.Pointer, envp.Pointer), program);
            return processId;
        }
        finally
        {
            _ = AttributesDestroy(attributes);
            _ = FileActionsDestroy(actions);
        }
    }

    /// <summary>A pipe; neither end is inherited by a child that does not ask for it.</summary>
    public static unsafe (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        return Pipe2(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw LinuxError.Last("pipe");
    }

    /// <summary>Waits for any child to end; null when there is none.</summary>
    public static unsafe ChildExit? WaitAny()
    {
        // struct rusage: user and system time as two timevals each of two longs, then ru_maxrss in KiB.
        var usage = stackalloc long[18];
        int status;
        int processId;
        do
        {
            processId = Wait4(-1, &status, 0, usage);
        }
        while (processId < 0 && Marshal.GetLastPInvokeError() == 4);
        if (processId <= 0)
        {
            return null;
        }

        var signal = status & 0x7f;
        return new ChildExit(
            processId,
            signal == 0 ? (status >> 8) & 0xff : null,
            signal == 0 ? null : signal,
            usage[0] * 1000 + usage[1] / 1000,
            usage[2] * 1000 + usage[3] / 1000,
            usage[4] * 1024);
    }

    /// <summary>Sends a signal; a process that is gone is no failure. -1 means everything that this thread's user may signal.</summary>
    public static void Signal(int processId, int signal) => _ = Kill(processId, signal);

    /// <summary>The kernel's number of this thread.</summary>
    public static int ThreadId => GetThreadId();

    /// <summary>Gives a signal of this process the kernel's own meaning.</summary>
    public static void UseDefault(int signal) => _ = SetHandler(signal, 0);

    private static void Check(int error, string path)
    {
        if (error != 0)
        {
            throw LinuxError.Of(error, path);
        }
    }

    /// <summary>A vector of C strings that ends with a null pointer.</summary>
    private sealed unsafe class StringVector : IDisposable
    {
        private readonly int _count;

        public StringVector(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(strings[i]);
                Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
                bytes.CopyTo(new Span<byte>(Pointer[i], bytes.Length));
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                NativeMemory.Free(Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int PosixSpawn(int* processId, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDup2(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int AttributesSetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int AttributesSetDefault(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static unsafe partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    private static unsafe partial int Wait4(int processId, int* status, int options, long* usage);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
