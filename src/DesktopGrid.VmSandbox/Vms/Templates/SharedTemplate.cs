using DesktopGrid.VmSandbox.Platform.Memory;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>A template's RAM as memory that machines map, sealed, and the state of its devices, which is small and goes to each as a stream.</summary>
/// <param name="Version">Of which template.</param>
/// <param name="Ram">Its RAM.</param>
/// <param name="Devices">Its devices.</param>
internal sealed record SharedTemplate(string Version, IRamImage Ram, ReadOnlyMemory<byte> Devices) : IDisposable
{
    /// <summary>Writes the state of the devices.</summary>
    public Task PourStateAsync(Stream destination, CancellationToken cancellationToken) => destination.WriteAsync(Devices, cancellationToken).AsTask();

    /// <summary>Gives up this process's share; machines that run on it keep theirs.</summary>
    public void Dispose() => Ram.Dispose();
}
