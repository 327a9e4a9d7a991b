using DesktopGrid.VmSandbox.Boinc.Slots;
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
    private const string OwnFolder = SlotFiles.ProjectFolder;

    // A client says how much memory a task may have with its first heartbeat, within a second.
    private static readonly TimeSpan HeartbeatTime = TimeSpan.FromSeconds(2);

    // The client ends what has not ended 60 s after its word.
    private static readonly TimeSpan ForgetTime = TimeSpan.FromSeconds(30);

    private readonly VersionFiles _files = new(task.Slot, task.InitData);

    private bool _hasBegun;

    private string Project => task.InitData?.ProjectDirectory ?? task.Slot;

    private string Store => Path.Combine(Project, OwnFolder, "store");

    private string Result => task.InitData?.Result ?? "alone";

    /// <summary>Runs the task. The client is heard from now on.</summary>
    /// <param name="stop">The computer ends this process: as the client's quit.</param>
    /// <exception cref="SandboxException">It cannot begin.</exception>
    public async Task<RunEnd> RunAsync(CancellationToken stop)
    {
        using var suspending = new SuspendSwitch(time);
        using var obedience = new ClientObedience(task, suspending, notes.Tell, time);
        var ended = await obedience.WhileAsync(end => RunAsync(suspending, obedience, end), stop).ConfigureAwait(false);
        if (ended is RunEnd.Aborted && !_hasBegun && TaskRecord.Read(task.Slot, Result) is { } record)
        {
            await ForgetAsync(record).ConfigureAwait(false);
        }

        return ended;
    }

    /// <summary>The task was aborted before it went on, and an earlier run has left it a machine. Without this it would stay until the project's next task.</summary>
    private async Task ForgetAsync(TaskRecord record)
    {
        using var bound = new CancellationTokenSource(ForgetTime, time);
        try
        {
            var host = await SandboxHost.OpenAsync(HostSettings.Of(Store, null, null, task.InitData), cancellationToken: bound.Token).ConfigureAwait(false);
            await using var scope = host.ConfigureAwait(false);
            await new MachineRoom(host, notes.Tell).RemoveAsync(record.Machine).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            notes.Tell($"the machine {record.Machine} is left to the project's next task to remove: {e.Message}");
        }
    }

    private async Task<RunEnd> RunAsync(SuspendSwitch suspending, ClientObedience obedience, CancellationToken end)
    {
        var data = task.InitData;
        var options = WrapperOptionsReader.Read(_files, arguments.Own);
        var found = SlotContents.Read(task.Slot, Project, options, data);
        var plan = new TaskPlanner(_files, options, arguments, data).Make(found);
        foreach (var note in plan.Notes)
        {
            notes.Tell(note);
        }

        var unpacked = new UnpackedParts(Path.Combine(Project, OwnFolder, "parts"), notes.Tell);
        var image = await PartAsync(options.GuestImage, unpacked, end).ConfigureAwait(false);
        var emulator = await EmulatorAsync(options.Qemu, unpacked, end).ConfigureAwait(false);
        var hostOptions = HostSettings.Of(Store, emulator, image, data);
        var host = await SandboxHost.OpenAsync(hostOptions, cancellationToken: end).ConfigureAwait(false);
        await using var scope = host.ConfigureAwait(false);
        var machine = new VmOptions
        {
            MemoryMiB = MachineSize.Choose(options, data, await FirstHeartbeatAsync(end).ConfigureAwait(false)),
            VirtualCpus = plan.VirtualCpus,
            Layers = await LayersAsync(host, options, end).ConfigureAwait(false),
        };
        var parts = new RunParts(task, plan, new RunProgress(plan.Tasks), suspending, notes.Tell, time);
        _hasBegun = true;
        return await new SandboxRun(parts, obedience, host, SlotContents.With(found, plan, options, task.Slot), machine, Result).RunAsync(end).ConfigureAwait(false);
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

    private async Task<string?> PartAsync(string? part, UnpackedParts unpacked, CancellationToken cancellationToken) =>
        part is null || Path.IsPathRooted(part) ? part : await unpacked.UnpackAsync(Physical(part), cancellationToken).ConfigureAwait(false);

    private async Task<string?> EmulatorAsync(string? part, UnpackedParts unpacked, CancellationToken cancellationToken)
    {
        var found = await PartAsync(part, unpacked, cancellationToken).ConfigureAwait(false);
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
