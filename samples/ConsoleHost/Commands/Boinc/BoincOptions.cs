using System.CommandLine;
using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>The options of every boinc command: which client, and with what.</summary>
internal sealed class BoincOptions
{
    private readonly Option<string?> _dataFolder = Flags.Text("--data-dir", "FOLDER", "The BOINC client's data folder. Default: BOINC_DATA_DIR, then where its packages put it.");
    private readonly Option<string?> _endpoint = Flags.Text("--gui-rpc", "PORT", "Where the client listens: a port, or the path of its socket. Default: 31416.");
    private readonly Option<string?> _wrapper = Flags.Text("--wrapper", "FILE", "Our wrapper. Default: VMSANDBOX_WRAPPER, then vmsandbox-wrapper beside vmsandbox.");
    private readonly Option<double?> _factor = Flags.Value<double>("--factor", "N", "How many times slower a sandbox is. Default: it is measured.", Factor, $"no number from {EmulationFactor.Least} to {EmulationFactor.Most}");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_dataFolder, _endpoint, _wrapper, _factor])
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
    }

    public BoincControl Open(CommandRun run) => new(
        new BoincControlOptions
        {
            DataFolder = DataFolder.Find(run.Get(_dataFolder)),
            Endpoint = run.Get(_endpoint) is { } endpoint ? GuiRpcEndpoint.Parse(endpoint) : GuiRpcEndpoint.Default,
            Wrapper = run.Get(_wrapper),
            Factor = run.Get(_factor),
            Host = Host(run),
        },
        new ScreenLogger(run.Screen),
        TimeProvider.System);

    public static Argument<string> Project() => new("PROJECT") { Description = "The project's address, name or folder, or how one of them begins." };

    /// <summary>Guests are only measured here: on a busy computer one that stands back would take minutes to tell the same.</summary>
    private static SandboxHostOptions Host(CommandRun run)
    {
        var host = run.HostOptions;
        host.Qemu.Priority = ProcessPriority.Normal;
        return host;
    }

    private static double? Factor(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= EmulationFactor.Least and <= EmulationFactor.Most ? number : null;
}
