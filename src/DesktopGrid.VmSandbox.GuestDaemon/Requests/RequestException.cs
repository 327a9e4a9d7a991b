using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Requests;

/// <summary>A request that is refused, with the reason that the host is told.</summary>
internal sealed class RequestException(GuestErrorCode code, string message) : Exception(message)
{
    public GuestErrorCode Code { get; } = code;
}
