namespace DesktopGrid.VmSandbox.Tests.Qmp;

/// <summary>A scripted peer for each test.</summary>
public abstract class QmpFixture
{
    private protected ScriptedQmpPeer Peer { get; private set; } = null!;

    [SetUp]
    public void Open() => Peer = new ScriptedQmpPeer();

    [TearDown]
    public async Task Close() => await Peer.DisposeAsync();
}
