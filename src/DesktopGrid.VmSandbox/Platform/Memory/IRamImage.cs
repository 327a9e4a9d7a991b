namespace DesktopGrid.VmSandbox.Platform.Memory;

/// <summary>
/// Memory without a name in any file system. A process to which it is lent at its launch may map it; it is gone when nobody has it any more,
/// however its maker ended. Disposing gives up this process's share.
/// </summary>
internal interface IRamImage : IDisposable
{
    /// <summary>Where a process to which it is lent finds it.</summary>
    string PathInPayload { get; }

    /// <summary>
    /// Makes it unalterable, for ever and for everybody, this process and root among them; and gives back what holds only zeros.
    /// </summary>
    /// <param name="cancellationToken">Gives up; then it is not sealed.</param>
    /// <exception cref="PlatformException">Somebody may still write to it, or the operating system refused.</exception>
    void Seal(CancellationToken cancellationToken);
}
