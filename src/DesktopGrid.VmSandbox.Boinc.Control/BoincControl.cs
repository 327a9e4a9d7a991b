using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.Boinc.Control.Page;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Boinc.Control;

/// <summary>The checkbox's front door: which projects there are, and the verbs that put them into sandboxes and out again.</summary>
internal sealed class BoincControl : IProjectSwitches
{
    private readonly SiteFinder _finder;
    private readonly EnableVerb _enable;
    private readonly DisableVerb _disable;
    private readonly RefreshVerb _refresh;

    public BoincControl(BoincControlOptions options, ILoggerFactory? loggers, TimeProvider time)
    {
        var door = new ClientDoor(options.DataFolder, options.Endpoint, time);
        DataFolder = options.DataFolder;
        _finder = new SiteFinder(options.DataFolder);
        _enable = new EnableVerb(door, () => FindEngine(options, time), (engine, token) => FactorAsync(options, engine, loggers, time, token), time);
        _disable = new DisableVerb(door, time);
        _refresh = new RefreshVerb(door, _finder, _enable, () => FindEngine(options, time), time);
    }

    public string DataFolder { get; }

    public Task<IReadOnlyList<ProjectView>> ListAsync(bool verify, CancellationToken cancellationToken) => new ProjectLister(_finder).ListAsync(verify, cancellationToken);

    public Task<EnablePreview> PreviewAsync(string project, CancellationToken cancellationToken) => _enable.PreviewAsync(_finder.One(project), cancellationToken);

    public Task<SwitchOutcome> EnableAsync(EnablePreview preview, SwitchOptions options, CancellationToken cancellationToken) =>
        SwitchTurn.TakeAsync(DataFolder, () => _enable.ApplyAsync(preview, options, cancellationToken));

    public Task<SwitchOutcome> DisableAsync(string project, SwitchOptions options, CancellationToken cancellationToken) =>
        SwitchTurn.TakeAsync(DataFolder, () => _disable.RunAsync(_finder.One(project), options, cancellationToken));

    public Task<SwitchOutcome> RefreshAsync(string project, SwitchOptions options, CancellationToken cancellationToken) =>
        SwitchTurn.TakeAsync(DataFolder, () => _refresh.RunAsync(_finder.One(project), options, cancellationToken));

    private static EngineParts FindEngine(BoincControlOptions options, TimeProvider time) => new EngineFinder(options.Host.Qemu, options.Host.GuestImage, options.Wrapper, time).Find();

    private static Task<EmulationFactor> FactorAsync(BoincControlOptions options, EngineParts engine, ILoggerFactory? loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Factor is { } said)
        {
            return Task.FromResult(new EmulationFactor(Math.Clamp(said, EmulationFactor.Least, EmulationFactor.Most), "", IsMeasured: false));
        }

        var cache = new FactorCache(Path.Combine(options.Host.StorePath, "boinc-factor.json"));
        return new FactorMeter(cache, token => SandboxHost.OpenAsync(options.Host, loggers, token), time).FactorAsync(engine, cancellationToken);
    }
}
