using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows;

/// <summary>Calls of advapi32.dll: tokens and security descriptors. Each has a page of its own name at learn.microsoft.com.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class AdvApi32
{
    private const string Library = "advapi32.dll";

    // "Access Rights for Access-Token Objects".
    public const uint TokenAssignPrimary = 0x1, TokenDuplicate = 0x2, TokenQuery = 0x8, TokenAdjustDefault = 0x80;

    /// <summary>CreateRestrictedToken: takes every privilege but that of passing through folders.</summary>
    public const uint DisableMaxPrivilege = 0x1;

    /// <summary>"SECURITY_INFORMATION": the mandatory label; the DACL stays as it is.</summary>
    public const uint LabelSecurityInformation = 0x10;

    /// <summary>SE_OBJECT_TYPE: a file or folder.</summary>
    public const int FileObject = 1;

    /// <summary>Needs no privilege where the token is a restricted one of the caller's own ("CreateProcessAsUserW", hToken).</summary>
    [LibraryImport(Library, EntryPoint = "CreateProcessAsUserW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CreateProcessAsUser(
        SafeAccessTokenHandle token, char* applicationName, char* commandLine, SecurityAttributes* processAttributes, SecurityAttributes* threadAttributes,
        [MarshalAs(UnmanagedType.Bool)] bool inheritHandles, uint creationFlags, char* environment, char* currentDirectory,
        StartupInfoEx* startupInfo, ProcessInformation* processInformation);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool OpenProcessToken(nint process, uint desiredAccess, out SafeAccessTokenHandle token);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CreateRestrictedToken(
        SafeAccessTokenHandle existing, uint flags, uint disableCount, SidAndAttributes* sidsToDisable, uint deleteCount, void* privilegesToDelete,
        uint restrictCount, SidAndAttributes* sidsToRestrict, out SafeAccessTokenHandle token);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetTokenInformation(SafeAccessTokenHandle token, TokenInformationClass informationClass, void* information, uint size, out uint returned);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetTokenInformation(SafeAccessTokenHandle token, TokenInformationClass informationClass, void* information, uint size);

    [LibraryImport(Library, EntryPoint = "ConvertStringSecurityDescriptorToSecurityDescriptorW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ConvertStringSecurityDescriptor(string text, uint revision, out nint descriptor, nint size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetSecurityDescriptorDacl(nint descriptor, [MarshalAs(UnmanagedType.Bool)] out bool isPresent, out nint acl, [MarshalAs(UnmanagedType.Bool)] out bool isDefaulted);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetSecurityDescriptorSacl(nint descriptor, [MarshalAs(UnmanagedType.Bool)] out bool isPresent, out nint acl, [MarshalAs(UnmanagedType.Bool)] out bool isDefaulted);

    /// <summary>Answers with the error itself.</summary>
    [LibraryImport(Library, EntryPoint = "SetNamedSecurityInfoW", StringMarshalling = StringMarshalling.Utf16)]
    public static partial int SetNamedSecurityInfo(string objectName, int objectType, uint securityInformation, nint owner, nint group, nint dacl, nint sacl);
}
