using System.Runtime.InteropServices;

namespace DesktopGrid.VmSandbox.Platform.Windows;

// Laid out as the pages of the same names at learn.microsoft.com describe them for 64-bit Windows; their sizes are tested.

/// <summary>SID_AND_ATTRIBUTES; also TOKEN_MANDATORY_LABEL, which holds nothing else.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SidAndAttributes
{
    /// <summary>SE_GROUP_INTEGRITY.</summary>
    public const uint Integrity = 0x20;

    public nint Sid;
    public uint Attributes;
}

/// <summary>TOKEN_DEFAULT_DACL.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TokenDefaultDacl
{
    public nint Dacl;
}

/// <summary>TOKEN_GROUPS with its first entry.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TokenGroups
{
    public uint Count;
    public SidAndAttributes First;
}

/// <summary>TOKEN_INFORMATION_CLASS.</summary>
internal enum TokenInformationClass
{
    /// <summary>A <see cref="TokenDefaultDacl"/>.</summary>
    DefaultDacl = 6,
    /// <summary>A <see cref="SidAndAttributes"/>.</summary>
    IntegrityLevel = 25,
    /// <summary>A <see cref="TokenGroups"/> of one.</summary>
    LogonSid = 28,
}
