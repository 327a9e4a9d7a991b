using System.CommandLine;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>What run and vm create have in common: the machine to be made.</summary>
internal sealed class MachineOptions
{
    private readonly Option<string?> _image = Flags.Text("--image", "NAME", "The base image, by name or hash. Default: the guest image.");
    private readonly Option<string[]> _layers = Flags.Many("--layer", "NAME", "A layer of the store over the base image, by name or hash; the first lies lowest.");
    private readonly Option<int?> _memory = Flags.Whole("--memory", "RAM in MiB. Default: 256.", " of MiB");
    private readonly Option<int?> _cpus = Flags.Whole("--cpus", "Virtual CPUs. Default: 1.");
    private readonly Option<TimeSpan?> _keepLog = Flags.Duration("--keep-log", "How long the log stays readable after the machine is gone. Default: not at all.");
    private readonly Option<TimeSpan?> _bootTimeout = Flags.Duration("--boot-timeout", "How long the guest may take to boot. Default: 5m.");
    private readonly Option<bool> _cold = Flags.Switch("--cold", "Boot the guest instead of going on from a template of it.");
    private readonly Option<bool> _share = Flags.Switch("--share-memory", "Share memory with other machines that this process starts; such a machine takes no checkpoints.");
    private readonly Option<Dictionary<string, string>> _labels = Flags.Pairs("--label", "A name and value of your own, kept with the machine.");

    private Option[] All => [_image, _layers, _memory, _cpus, _keepLog, _bootTimeout, _cold, _share, _labels];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    public TimeSpan? KeepLog(ParseResult parsed) => parsed.GetValue(_keepLog);

    public VmOptions Read(ParseResult parsed)
    {
        var defaults = new VmOptions();
        return defaults with
        {
            Image = parsed.GetValue(_image),
            Layers = parsed.GetValue(_layers) ?? [],
            MemoryMiB = parsed.GetValue(_memory) ?? defaults.MemoryMiB,
            VirtualCpus = parsed.GetValue(_cpus) ?? defaults.VirtualCpus,
            KeepLog = parsed.GetValue(_keepLog) ?? defaults.KeepLog,
            BootTimeout = parsed.GetValue(_bootTimeout) ?? defaults.BootTimeout,
            WarmStart = !parsed.GetValue(_cold),
            ShareMemory = parsed.GetValue(_share),
            Labels = parsed.GetValue(_labels) ?? [],
        };
    }
}
