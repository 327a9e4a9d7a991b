using DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Control.Measuring;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Switching;

/// <summary>A project, a client that answers for it, and the verbs.</summary>
internal sealed class SwitchBench : IAsyncDisposable
{
    public SwitchBench()
    {
        Project.With("app_1", TestProject.Program(), isExecutable: true);
        Client.State = () => LiveState ?? Project.State();
        File.WriteAllText(Path.Combine(Project.DataFolder, GuiRpcPassword.FileName), ClientMock.Password);
        var door = new ClientDoor(Project.DataFolder, Client.Endpoint, TimeProvider.System);
        Enable = new EnableVerb(door, () => Project.Engine, static (_, _) => Task.FromResult(new EmulationFactor(8, "Tcg", IsMeasured: true)), TimeProvider.System);
        Disable = new DisableVerb(door, TimeProvider.System);
        Refresh = new RefreshVerb(door, new SiteFinder(Project.DataFolder), Enable, () => Project.Engine, TimeProvider.System);
    }

    public TestProject Project { get; } = new();

    public ClientMock Client { get; } = new();

    /// <summary>What the running client says; null for what is on the disk.</summary>
    public string? LiveState { get; set; }

    public EnableVerb Enable { get; }

    public DisableVerb Disable { get; }

    public RefreshVerb Refresh { get; }

    public async Task EnableAsync(SwitchOptions? options = null) =>
        await Enable.ApplyAsync(await Enable.PreviewAsync(Project.Site(), CancellationToken.None), options ?? new SwitchOptions(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        Project.Dispose();
    }
}
