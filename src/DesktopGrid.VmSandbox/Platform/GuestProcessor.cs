using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Platform;

/// <summary>The guest's processor is x86-64. Hardware helps only guests of its own kind: any other host can but emulate.</summary>
internal static class GuestProcessor
{
    /// <summary>Whether the host has the same.</summary>
    public static bool IsHosts => AbsenceOn(RuntimeInformation.OSArchitecture) is null;

    /// <summary>Why a processor cannot help; null where it might.</summary>
    public static string? AbsenceOn(Architecture host) => host is Architecture.X64
        ? null
        : $"this computer's processor is {host}, which can only emulate the x86-64 of the guest";
}
