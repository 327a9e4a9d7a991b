using DesktopGrid.VmSandbox.Boinc.Control;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.GuiRpc;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Page;

/// <summary>A served page over a project that could be switched, and a slot for a sandbox.</summary>
internal sealed class PageBench : IAsyncDisposable
{
    private readonly ClientMock _client = new();

    private PageBench()
    {
        Project.With("app_1", TestProject.Program(), isExecutable: true).Version("a", 100, "app_1").Version("a", 100, "app_1", "cuda");
        Project.Site();
        _client.State = () => Project.State();
        File.WriteAllText(Path.Combine(Project.DataFolder, "gui_rpc_auth.cfg"), ClientMock.Password);
        Directory.CreateDirectory(Slot);
    }

    public TestProject Project { get; } = new();

    public BoincPage Page { get; private set; } = null!;

    public string AppInfo => Path.Combine(Project.Folder, "app_info.xml");

    private string Slot => Path.Combine(Project.DataFolder, "slots", "3");

    public static async Task<PageBench> StartAsync(CancellationToken cancellationToken)
    {
        var bench = new PageBench();
        var engine = bench.Project.Engine;
        var host = new SandboxHostOptions { GuestImage = engine.GuestImage, StorePath = Path.Combine(bench.Project.DataFolder, "store") };
        host.Qemu.EmulatorPath = engine.Emulator;
        var control = new BoincControl(new BoincControlOptions { DataFolder = bench.Project.DataFolder, Endpoint = bench._client.Endpoint, Wrapper = engine.Wrapper, Factor = 8.5, Host = host }, loggers: null, TimeProvider.System);
        bench.Page = await BoincPage.StartAsync(control, port: 0, TimeProvider.System, cancellationToken);
        return bench;
    }

    /// <summary>As a wrapper does: the new one takes the old one's place.</summary>
    public void Tell(string status)
    {
        var file = Path.Combine(Slot, SlotFiles.Status);
        File.WriteAllText($"{file}.new", status);
        File.Move($"{file}.new", file, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Page.DisposeAsync();
        await _client.DisposeAsync();
        Project.Dispose();
    }
}
