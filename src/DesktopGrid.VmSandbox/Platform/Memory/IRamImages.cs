namespace DesktopGrid.VmSandbox.Platform.Memory;

/// <summary>Makes memory that several processes start from and none of them can alter.</summary>
internal interface IRamImages
{
    /// <summary>Makes one that reads as zeros, and takes no memory where nothing was written.</summary>
    /// <param name="name">Seen in the lists of what processes have mapped.</param>
    /// <param name="length">Its bytes, a multiple of the host's page.</param>
    /// <exception cref="PlatformException">The operating system refused.</exception>
    IRamImage Make(string name, long length);
}
