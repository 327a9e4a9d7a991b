namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>A client that is not there: nothing to close.</summary>
internal sealed class NoClient : IAsyncDisposable
{
    public static NoClient Instance { get; } = new();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
