using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms.Running;

/// <summary>Where everything of one machine is, the same at its start and when it is taken up again.</summary>
internal static class MachineWiring
{
    // What a filled disk may need beside the guest's data: qcow2's own tables and some slack; once for the disk, and once for each instant of it
    // that is kept or just being taken.
    private const double FileSlack = 1.1 * (4 + CheckpointLimits.MostOfMachine);

    public static MachineSpec Spec(VmServices services, MachineRow row, BaseImage image, Accelerator accelerator)
    {
        var directory = services.Platform.RuntimeDirectories.Create(row.Id);
        var (input, output) = (services.Layout.InputDisk(row.Id), new FileInfo(services.Layout.OutputDisk(row.Id)));
        var layers = row.Layers.Select(services.Layers.Open).ToList();
        return new MachineSpec
        {
            Name = row.Id,
            Accelerator = accelerator,
            EmulatesInParallel = services.Platform.Qemu.OrdersMemoryLikeGuest,
            MemoryMiB = row.MemoryMiB,
            ReturnsMemory = services.Platform.Qemu.TakesPagesBack && !row.SharesMemory,
            VirtualCpus = row.VirtualCpus,
            KernelPath = image.KernelPath,
            InitrdPath = image.InitrdPath,
            KernelCommandLine = image.Manifest.KernelCommandLine,
            Disk = new OverlayDisk(services.Layout.Overlay(row.Id), image.BasePath, "qcow2"),
            InputDisk = File.Exists(input) ? input : null,
            OutputDisk = output.Exists ? output.FullName : null,
            Layers = [.. layers.Select(Disk)],
            Variables = Variables(layers),
            Ports = Ports(services, directory),
            Monitor = Monitor(services, directory),
            Console = Console(services, directory),
            RuntimeDirectory = directory,
            State = State(services, directory),
            MaxFileBytes = Math.Max((long)(image.Manifest.Files.Base.VirtualSize!.Value * FileSlack), output.Exists ? output.Length : 0),
            OutlivesHost = row.OutlivesHost,
            Priority = services.QemuOptions.Priority,
        };
    }

    /// <summary>The same with its sockets in another directory.</summary>
    public static MachineSpec At(VmServices services, MachineSpec spec, string directory) => spec with
    {
        Ports = Ports(services, directory),
        Monitor = Monitor(services, directory),
        Console = Console(services, directory),
        RuntimeDirectory = directory,
        State = State(services, directory),
    };

    /// <summary>Joins a QEMU with its link to the guest, its console and its log. Owns the QEMU from here on, also when that fails.</summary>
    /// <param name="services">What the verbs work with.</param>
    /// <param name="id">Whose.</param>
    /// <param name="spec">How it was started.</param>
    /// <param name="qemu">Its process, whose virtual CPUs may still stand.</param>
    /// <param name="isFresh">Whether it was started just now: its ports were never connected to, and it is ended if it cannot be joined.</param>
    /// <param name="logPath">Where its log is; null for the machine's own.</param>
    public static async Task<RunningVm> JoinAsync(VmServices services, VmId id, MachineSpec spec, IQemuProcess qemu, bool isFresh, string? logPath = null)
    {
        try
        {
            var log = new MachineLog(logPath ?? services.Layout.Log(id.ToString()), services.Time);
            return new RunningVm(qemu, (time, ended) => services.Links.Connect(id, spec.Ports, spec.Variables, isFresh, time, ended), log, services.Platform.Meter, new InstanceDisk(services.Platform.Files, spec.Disk!.OverlayPath), services.Time);
        }
        catch
        {
            if (isFresh)
            {
                qemu.Kill();
            }

            await qemu.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where the state of a machine goes through when it is saved or loaded.</summary>
    public static LocalEndpoint State(VmServices services, string directory) => services.Platform.RuntimeDirectories.Endpoint(directory, "state");

    /// <summary>Where the QEMU of a machine listens for orders.</summary>
    public static LocalEndpoint Monitor(VmServices services, string directory) => services.Platform.RuntimeDirectories.Endpoint(directory, "monitor");

    private static LayerDisk Disk(Layer layer) =>
        new(layer.Id, layer.DiskPath, layer.Manifest.Disk.Format, new LayerLine(layer.Manifest.Disk.FileSystem, layer.Manifest.Kind == LayerKind.Root, layer.Manifest.Disk.Partition));

    /// <summary>What images of containers want in the environment, a higher layer's before a lower one's.</summary>
    private static Dictionary<string, string> Variables(IEnumerable<Layer> layers)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in layers.SelectMany(static layer => layer.Manifest.Program?.Environment ?? new Dictionary<string, string>()))
        {
            variables[name] = value;
        }

        return variables;
    }

    private static IReadOnlyList<SerialPort> Ports(VmServices services, string directory) =>
        [.. ChannelPorts.All.Select((name, number) => new SerialPort(name, services.Platform.RuntimeDirectories.Endpoint(directory, $"p{number}")))];

    private static LocalEndpoint Console(VmServices services, string directory) => services.Platform.RuntimeDirectories.Endpoint(directory, "console");
}
