using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>An application inside the sandbox: the wrapper is what the client starts, and the program a file beside it.</summary>
internal sealed record SandboxKind(string Name, Payload Payload, bool IsAnonymous, bool HasJob) : ITaskKind
{
    /// <summary>A project's signed application version.</summary>
    public static SandboxKind Signed { get; } = new("signed application", Payload.Spoken, IsAnonymous: false, HasJob: false);

    /// <summary>The volunteer's own choice.</summary>
    public static SandboxKind Anonymous { get; } = new("anonymous platform", Payload.Spoken, IsAnonymous: true, HasJob: false);

    /// <summary>What ran under the stock wrapper.</summary>
    public static SandboxKind Job { get; } = new("job.xml", Payload.Plain, IsAnonymous: false, HasJob: true);

    /// <summary>A program that is linked with BOINC's library.</summary>
    public static SandboxKind Api { get; } = new("API application", Payload.Api, IsAnonymous: false, HasJob: false);

    /// <summary>The columns of the matrix.</summary>
    public static IReadOnlyList<SandboxKind> All { get; } = [Signed, Anonymous, Job, Api];

    private const string QemuArchive = "vmsandbox-qemu_x86_64-pc-linux-gnu.tar.gz", ImageArchive = "vmsandbox-guest-tiny.tar.gz";

    /// <summary>The emulator that the options file names.</summary>
    public string Qemu { get; init; } = Artifacts.Qemu;

    /// <summary>Whether QEMU and the guest image are files of the version as well, so that the volunteer's computer needs nothing.</summary>
    public bool IsPackaged { get; init; }

    /// <summary>The guest's memory; null where the wrapper shall choose.</summary>
    public int? MemoryMiB { get; init; } = 192;

    /// <summary>The wrapper's own trickles are about CPU time, as the stock wrapper's.</summary>
    public string TrickleVariety => HasJob ? "cpu_time" : "progress";

    public bool KeepsAtQuit => true;

    public string? Missing =>
        !File.Exists(Artifacts.Client) || !File.Exists(Artifacts.Program(Payload.Name)) ? "build/boinc-programs.sh was not run"
        : !File.Exists(Artifacts.Wrapper) ? "build/boinc.sh was not run"
        : IsPackaged && !File.Exists(Artifacts.Packaged(ImageArchive)) ? "build/boinc.sh was not run with its option package"
        : !File.Exists(Qemu) ? $"there is no emulator {Qemu}"
        : null;

    public AppVersion ToVersion(string appName)
    {
        var options = AppFile.FromText($"{appName}_vmsandbox.xml", Options, "vmsandbox.xml");
        IReadOnlyList<AppFile> job = HasJob ? [AppFile.FromText($"{appName}_job.xml", JobDescription, "job.xml")] : [];
        IReadOnlyList<AppFile> parts = IsPackaged ? [AppFile.FromDisk(Artifacts.Packaged(QemuArchive)), AppFile.FromDisk(Artifacts.Packaged(ImageArchive))] : [];
        return new AppVersion(appName, [AppFile.FromDisk(Artifacts.Wrapper) with { IsMainProgram = true }, .. Artifacts.WrapperLibraries.Select(static path => AppFile.FromDisk(path)), options, .. parts, .. job, .. Payload.ToFiles("payload")]) { IsWrapper = true };
    }

    public string ToCommandLine(TaskShape shape) => HasJob
        ? $"{(shape.TrickleAt > 0 ? "--trickle 2 " : "")}--passthrough_child {(shape with { TrickleAt = 0, UploadAt = 0 }).ToArguments()}"
        : shape.ToArguments();

    // What the wrapper keeps lies in the project's folder, under a name that tells when it is not whole.
    public bool IsWritingCheckpoint(DataDirectory data, int slot) =>
        Path.Combine(data.ProjectPath, "vmsandbox", "store", "machines") is var machines && Directory.Exists(machines)
        && Directory.EnumerateFiles(machines, "*.state.*", new EnumerationOptions { RecurseSubdirectories = true }).Any();

    public override string ToString() => Name;

    private string Options => $"""
        <vmsandbox>
        <qemu>{(IsPackaged ? QemuArchive : Qemu)}</qemu>
        <guest_image>{(IsPackaged ? ImageArchive : Artifacts.GuestImage)}</guest_image>
        {(MemoryMiB is { } memory ? $"<memory_mib>{memory}</memory_mib>" : "")}
        {(HasJob ? "" : "<payload>payload</payload>")}
        </vmsandbox>

        """;

    private static string JobDescription => """
        <job_desc>
        <task>
        <application>payload</application>
        <command_line>--input boinc_resolve(in) --output boinc_resolve(out) --checkpoint-every 4</command_line>
        <checkpoint_filename>task_state</checkpoint_filename>
        <fraction_done_filename>fraction_done</fraction_done_filename>
        <append_cmdline_args/>
        </task>
        </job_desc>

        """;
}
