using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Kernel;

/// <summary>The kernel refused a call.</summary>
internal sealed class LinuxError : IOException
{
    public const int NoEntry = 2, Exists = 17, NotDirectory = 20, IsDirectory = 21, NotEmpty = 39, TooManyLinks = 40;

    private const int Permission = 1, NoDevice = 6, Access = 13, CrossDevice = 18, Invalid = 22, NoSpace = 28, NameTooLong = 36, Quota = 122;

    private LinuxError(int number, string path)
        : base(path.Length == 0 ? Marshal.GetPInvokeErrorMessage(number) : $"\"{path.TrimEnd('\0')}\": {Marshal.GetPInvokeErrorMessage(number)}.") =>
        Number = number;

    /// <summary>errno.</summary>
    public int Number { get; }

    /// <summary>What this means in the contract.</summary>
    public GuestErrorCode Code => Number switch
    {
        NoEntry => GuestErrorCode.NotFound,
        // openat2(2): ELOOP for a link, EXDEV for a step outside; open(2): ENXIO for a socket.
        TooManyLinks or CrossDevice or Permission or Access or NoDevice => GuestErrorCode.PathRefused,
        Exists or NotDirectory or IsDirectory or NotEmpty => GuestErrorCode.Conflict,
        NoSpace or Quota => GuestErrorCode.DiskFull,
        NameTooLong or Invalid => GuestErrorCode.BadRequest,
        _ => GuestErrorCode.Internal,
    };

    public static LinuxError Last(string path) => new(Marshal.GetLastPInvokeError(), path);

    public static LinuxError Of(int number, string path) => new(number, path);
}
