namespace DesktopGrid.VmSandbox.Platform.Confinement;

/// <summary>The confinement that this host offers.</summary>
internal interface IConfinement
{
    /// <summary>Tries every layer with a harmless program and says which work, with the reason. Remembered for the life of the object.</summary>
    Task<IReadOnlyList<ConfinementLayerStatus>> ProbeAsync(CancellationToken cancellationToken);
}
