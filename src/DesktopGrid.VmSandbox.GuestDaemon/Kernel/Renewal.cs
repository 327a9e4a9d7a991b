using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>What a guest that goes on from a saved instant has of it and must not keep: its random pool, its time of day, and who it is.</summary>
internal static partial class Renewal
{
    // random(4), linux/random.h: _IOW('R', 0x03, int[2]) and _IO('R', 0x07).
    private const nuint AddEntropy = 0x40085203, Reseed = 0x5207;
    private const int RealTime = 0, WriteOnly = 1, ReadWrite = 2, Create = 0x40, CloseOnExec = 0x80000;
    private const int BootIdLength = 37;
    // mount(2): MS_BIND.
    private const nuint Bind = 4096;
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id", OwnBootId = "/run/boot_id";

    /// <summary>Mixes bytes into the kernel's pool, counts each for eight bits, and makes the generator begin anew with them.</summary>
    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void AddToRandomPool(ReadOnlySpan<byte> entropy)
    {
        // struct rand_pool_info: bits, bytes, and the bytes.
        var request = new byte[8 + entropy.Length];
        MemoryMarshal.Write(request, entropy.Length * 8);
        MemoryMarshal.Write(request.AsSpan(4), entropy.Length);
        entropy.CopyTo(request.AsSpan(8));
        var device = Open("/dev/urandom", ReadWrite | CloseOnExec);
        if (device < 0)
        {
            throw LinuxError.Last("/dev/urandom");
        }

        try
        {
            if (Control(device, AddEntropy, request) != 0 || Control(device, Reseed, 0) != 0)
            {
                throw LinuxError.Last("/dev/urandom");
            }
        }
        finally
        {
            _ = Close(device);
        }
    }

    /// <summary>Sets the time of day. The clock that only counts goes on as it was, so that no timer of a program storms.</summary>
    /// <param name="unixTimeMs">Milliseconds since 1970, UTC.</param>
    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void SetTimeOfDay(long unixTimeMs)
    {
        var time = new TimeSpecification { Seconds = unixTimeMs / 1000, Nanoseconds = unixTimeMs % 1000 * 1_000_000 };
        if (SetClock(RealTime, in time) != 0)
        {
            throw LinuxError.Last("the clock");
        }
    }

    /// <summary>
    /// Gives the guest another boot id. The kernel draws it once and never again, so that a file of ours stands in its place. By the kernel's calls
    /// alone: .NET's files are a thousand blocks of code more for an emulated guest to translate while a start waits.
    /// </summary>
    /// <exception cref="LinuxError">The kernel refused.</exception>
    public static void SetBootId(Guid id)
    {
        Span<byte> text = stackalloc byte[BootIdLength];
        id.TryFormat(text, out _, "D");
        text[^1] = (byte)'\n';
        var file = Open(OwnBootId, WriteOnly | CloseOnExec);
        if (file < 0)
        {
            file = Make(OwnBootId, WriteOnly | Create | CloseOnExec, 0b100_100_100);
            if (file < 0 || Mount(OwnBootId, BootIdFile, null, Bind, null) != 0)
            {
                throw LinuxError.Last(BootIdFile);
            }
        }

        try
        {
            if (Write(file, text, (nuint)text.Length) != text.Length)
            {
                throw LinuxError.Last(OwnBootId);
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Make(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, nuint argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "clock_settime", SetLastError = true)]
    private static partial int SetClock(int clock, in TimeSpecification time);
}
