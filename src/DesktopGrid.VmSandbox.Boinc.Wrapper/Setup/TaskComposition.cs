using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>Joins the parts of a run: reads what the slot says, opens the project's store, and lets the task run.</summary>
/// <param name="task">The client.</param>
/// <param name="arguments">The command line.</param>
/// <param name="notes">Where a reader of stderr.txt is told.</param>
/// <param name="time">The clock.</param>
internal sealed class TaskComposition(BoincTask task, WrapperArguments arguments, TaskNotes notes, TimeProvider time)
{
    private const string OwnFolder = "vmsandbox";

    // A client says how much memory a task may have with its first heartbeat, within a second.
    private static readonly TimeSpan HeartbeatTime = TimeSpan.FromSeconds(2);

    private readonly VersionFiles _files = new(task.Slot, task.InitData);

    private string Project => task.InitData?.ProjectDirectory ?? task.Slot;

    /// <summary>Runs the task.</summary>
    /// <param name="stop">The computer ends this process.</param>
    /// <exception cref="SandboxException">It cannot begin.</exception>
    public async Task<RunEnd> RunAsync(CancellationToken stop)
    {
        var data = task.InitData;
        var options = WrapperOptionsReader.Read(_files, arguments.Own);
        var found = SlotContents.Read(task.Slot, Project, options, data);
        var plan = new TaskPlanner(_files, options, arguments, data).Make(found);
        foreach (var note in plan.Notes)
        {
            notes.Tell(note);
        }

        var installation = new Installation(Path.Combine(Project, OwnFolder, "parts"), notes.Tell);
        var image = await PartAsync(options.GuestImage, installation, stop).ConfigureAwait(false);
        var emulator = await EmulatorAsync(options.Qemu, installation, stop).ConfigureAwait(false);
        var hostOptions = HostSettings.Of(Path.Combine(Project, OwnFolder, "store"), emulator, image, data);
        var host = await SandboxHost.OpenAsync(hostOptions, cancellationToken: stop).ConfigureAwait(false);
        await using var scope = host.ConfigureAwait(false);
        var machine = new VmOptions
        {
            MemoryMiB = MachineSize.Choose(options, data, await FirstHeartbeatAsync(stop).ConfigureAwait(false)),
            VirtualCpus = plan.VirtualCpus,
            Layers = await LayersAsync(host, options, stop).ConfigureAwait(false),
        };
        using var suspending = new SuspendSwitch(time);
        var parts = new RunParts(task, plan, new RunProgress(plan.Tasks), suspending, notes.Tell, time);
        return await new SandboxRun(parts, host, SlotContents.With(found, plan, options, task.Slot), machine, data?.Result ?? "alone").RunAsync(stop).ConfigureAwait(false);
    }

    private async Task<Heartbeat?> FirstHeartbeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        for (var begin = time.GetTimestamp(); !task.IsAlone && task.Heartbeat is null && time.GetElapsedTime(begin) < HeartbeatTime;)
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }

        return task.Heartbeat;
    }

    private async Task<string?> PartAsync(string? part, Installation installation, CancellationToken cancellationToken) =>
        part is null || Path.IsPathRooted(part) ? part : await installation.UnpackAsync(Physical(part), cancellationToken).ConfigureAwait(false);

    private async Task<string?> EmulatorAsync(string? part, Installation installation, CancellationToken cancellationToken)
    {
        var found = await PartAsync(part, installation, cancellationToken).ConfigureAwait(false);
        return found is null || Path.IsPathRooted(part!) ? found
            : Directory.EnumerateFiles(found, "qemu-system-x86_64*", SearchOption.AllDirectories).FirstOrDefault()
                ?? throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The archive {part} holds no qemu-system-x86_64.");
    }

    private async Task<IReadOnlyList<string>> LayersAsync(SandboxHost host, WrapperOptions options, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var layer in options.Layers)
        {
            var import = new LayerImport { Path = Physical(layer), Name = Path.GetFileName(layer).Split('.')[0] };
            names.Add((await host.Images.ImportAsync(import, cancellationToken: cancellationToken).ConfigureAwait(false)).Id);
        }

        return names;
    }

    private string Physical(string logicalName) => _files.Demand(logicalName, "vmsandbox.xml names");
}
