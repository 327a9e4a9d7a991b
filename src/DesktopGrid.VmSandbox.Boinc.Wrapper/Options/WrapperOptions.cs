namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

/// <summary>Our own options: out of the file <c>vmsandbox.xml</c>, and the arguments after <c>--vmsandbox</c>, which win.</summary>
internal sealed record WrapperOptions
{
    /// <summary>Logical name of the program to run; null where a <c>job.xml</c> says that.</summary>
    public string? Payload { get; init; }
    /// <summary>Logical name of the stock wrapper's job description. Default <c>job.xml</c>, where there is no payload.</summary>
    public string? Job { get; init; }
    /// <summary>Whether the payload is linked with the BOINC API. Null: looked for in its file.</summary>
    public bool? HasApi { get; init; }
    /// <summary>QEMU's emulator: an absolute path, or the logical name of an archive (.tar.gz) with its folder. Null: found as the library finds it.</summary>
    public string? Qemu { get; init; }
    /// <summary>The guest image's folder: an absolute path, or the logical name of an archive (.tar.gz). Null: found as the library finds it.</summary>
    public string? GuestImage { get; init; }
    /// <summary>Logical names of layers (.tar.gz, root file systems), the lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];
    /// <summary>The guest's memory in MiB, 96 to 65,536. Null: made of the work unit's bound of memory.</summary>
    public int? MemoryMiB { get; init; }
    /// <summary>Virtual CPUs, 1 to 64. Null: as many as the client gives the task.</summary>
    public int? VirtualCpus { get; init; }
    /// <summary>Logical names of outputs that are no links in the slot (<c>copy_file</c>): they are written into the slot itself.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];
}
