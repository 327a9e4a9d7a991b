namespace DesktopGrid.VmSandbox.Boinc.Programs;

/// <summary>What kind of file a main program is.</summary>
internal enum ProgramFormat
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>A Linux program for x86-64.</summary>
    LinuxX64,

    /// <summary>A Linux program for 32-bit x86.</summary>
    LinuxX86,

    /// <summary>A Linux program for another processor.</summary>
    LinuxOther,

    /// <summary>A text that begins with "#!".</summary>
    Script,

    /// <summary>A Windows program.</summary>
    Windows,

    /// <summary>A macOS program.</summary>
    MacOS,
}
