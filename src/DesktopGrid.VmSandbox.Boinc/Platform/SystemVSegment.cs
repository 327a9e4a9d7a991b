using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Platform;

/// <summary>
/// A System V segment (shmget(2), shmat(2)): what a client on Unix gives to an app version that names no <c>api_version</c> of 6.0 or later. It is the
/// client's to remove.
/// </summary>
internal sealed unsafe partial class SystemVSegment : ISharedBytes
{
    private readonly byte* _pointer;
    private readonly int _length;

    private SystemVSegment(byte* pointer, int length)
    {
        _pointer = pointer;
        _length = length;
    }

    /// <inheritdoc />
    public Span<byte> Bytes => new(_pointer, _length);

    /// <summary>Attaches the segment of a key.</summary>
    /// <exception cref="BoincException">There is none, or it is shorter.</exception>
    public static SystemVSegment Open(int key, int length)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new BoincException(SandboxErrorCode.BoincClientUnreachable, "init_data.xml names shared memory of Unix, and this is Windows.");
        }

        // A segment that is shorter than asked for is refused by the kernel (EINVAL).
        var id = Get(key, (nuint)length, 0);
        if (id < 0)
        {
            throw Refused(key);
        }

        var pointer = Attach(id, null, 0);
        return (nint)pointer != -1 ? new SystemVSegment((byte*)pointer, length) : throw Refused(key);
    }

    /// <inheritdoc />
    public void Dispose() => _ = Detach(_pointer);

    private static BoincException Refused(int key) => new(
        SandboxErrorCode.BoincClientUnreachable,
        $"The client's shared memory with the key 0x{key:x8} cannot be attached: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}. Give the app version an <api_version> of 6.0 or later.");

    [LibraryImport("libc", EntryPoint = "shmget", SetLastError = true)]
    private static partial int Get(int key, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "shmat", SetLastError = true)]
    private static partial void* Attach(int id, void* address, int flags);

    [LibraryImport("libc", EntryPoint = "shmdt", SetLastError = true)]
    private static partial int Detach(void* address);
}
