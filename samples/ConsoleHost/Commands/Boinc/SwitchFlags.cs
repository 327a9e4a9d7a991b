using System.CommandLine;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands.Boinc;

/// <summary>How a project is switched.</summary>
internal sealed class SwitchFlags
{
    private readonly Option<TimeSpan?> _wait = Flags.Duration("--wait", "How long to wait for tasks that must end first. Default: not at all.");
    private readonly Option<bool> _discardWork = Flags.Switch("--discard-work", "Let tasks in progress be lost.");
    private readonly Option<bool> _force = Flags.Switch("--force", "Remove our files even where somebody has changed them.");
    private readonly Option<bool> _engineOnly = Flags.Switch("--engine-only", "Bring only this vmsandbox's own wrapper, QEMU and guest image; no task has to end.");
    private readonly Option<bool> _restart = Flags.Switch("--restart", "Tell the client to quit, so that it can be started anew.");

    public void AddTo(Command command)
    {
        command.Options.Add(_wait);
        command.Options.Add(_discardWork);
        command.Options.Add(_restart);
        foreach (var option in (Option[])(command.Name switch { "disable" => [_force], "refresh" => [_engineOnly], _ => [] }))
        {
            command.Options.Add(option);
        }
    }

    public SwitchOptions Read(CommandRun run) => new(run.Get(_wait) ?? TimeSpan.Zero, run.Get(_discardWork), run.Get(_force), run.Get(_restart), run.Get(_engineOnly));
}
