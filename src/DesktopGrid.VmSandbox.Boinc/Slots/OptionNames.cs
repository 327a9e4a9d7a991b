namespace DesktopGrid.VmSandbox.Boinc.Slots;

/// <summary>The elements of <c>vmsandbox.xml</c> (<see cref="SlotFiles.Options"/>), which the checkbox and projects write and the wrapper reads.</summary>
internal static class OptionNames
{
    /// <summary>The outermost element.</summary>
    public const string Root = "vmsandbox";

    /// <summary>Logical name of the program.</summary>
    public const string Payload = "payload";

    /// <summary>Logical name of the job description.</summary>
    public const string Job = "job";

    /// <summary>Whether the payload is linked with the BOINC API.</summary>
    public const string Api = "api";

    /// <summary>QEMU.</summary>
    public const string Qemu = "qemu";

    /// <summary>The guest image.</summary>
    public const string GuestImage = "guest_image";

    /// <summary>Logical name of a layer.</summary>
    public const string Layer = "layer";

    /// <summary>The guest's memory.</summary>
    public const string MemoryMiB = "memory_mib";

    /// <summary>Virtual CPUs.</summary>
    public const string VirtualCpus = "cpus";

    /// <summary>Logical name of an output that is no link.</summary>
    public const string Output = "output";
}
