using System.CommandLine;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>The options of every command: which store and QEMU, and how to talk.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string?> _store = Flags.Text("--store", "FOLDER", "The store: catalog, images, machines, logs. Default: in your local application data.");
    private readonly Option<string?> _qemu = Flags.Text("--qemu", "FILE", "The QEMU system emulator. Default: VMSANDBOX_QEMU, beside vmsandbox, PATH, the usual folders.");
    private readonly Option<string?> _guestImage = Flags.Text("--guest-image", "FOLDER", "The guest image. Default: VMSANDBOX_GUEST_IMAGE, then vmsandbox-guest beside vmsandbox.");
    private readonly Option<Accelerator?> _accelerator = Flags.Choice<Accelerator>("--accelerator", "What executes the guest. Default: the best one that has booted a guest here.");
    private readonly Option<bool> _requireHardware = Flags.Switch("--require-hardware", "Refuse to run without hardware virtualization.");
    private readonly Option<ProcessPriority?> _priority = Flags.Choice<ProcessPriority>("--priority", "How machines stand back behind other programs. Default: idle; on a busy computer they then get next to nothing.");
    private readonly Option<bool> _json = Flags.Switch("--json", "Write one JSON object, or one a line, to standard output; errors too.");
    private readonly Option<bool> _quiet = Flags.Switch("--quiet", "Show no progress.");
    private readonly Option<bool> _verbose = Flags.Switch("--verbose", "Write what the library logs, a summary, and the evidence of a failure to standard error.");

    public void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[_store, _qemu, _guestImage, _accelerator, _requireHardware, _priority, _json, _quiet, _verbose])
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }

    public Screen Screen(ParseResult parsed) => new(parsed.GetValue(_json), parsed.GetValue(_quiet), parsed.GetValue(_verbose));

    public SandboxHostOptions Host(ParseResult parsed)
    {
        var options = new SandboxHostOptions { GuestImage = parsed.GetValue(_guestImage) };
        if (parsed.GetValue(_store) is { } store)
        {
            options.StorePath = store;
        }

        options.Qemu.EmulatorPath = parsed.GetValue(_qemu);
        options.Qemu.Accelerator = parsed.GetValue(_accelerator);
        options.Qemu.RequireHardware = parsed.GetValue(_requireHardware);
        options.Qemu.Priority = parsed.GetValue(_priority) ?? options.Qemu.Priority;
        return options;
    }
}
