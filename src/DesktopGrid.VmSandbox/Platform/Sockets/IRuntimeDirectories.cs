namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>
/// Short private directories for sockets, one per machine: a socket's path holds about a hundred bytes, and stores lie deep.
/// </summary>
internal interface IRuntimeDirectories
{
    /// <summary>Makes the directory of that name, readable by nobody else, or gives the one that is there.</summary>
    /// <exception cref="PlatformException">It cannot be made, is a link, or belongs to another user.</exception>
    string Create(string name);

    /// <summary>The directory of that name; null where there is none.</summary>
    string? Find(string name);

    /// <summary>Removes it with everything in it; nothing when it is gone.</summary>
    void Remove(string name);

    /// <summary>Removes what trials of QEMU have left behind whose host was killed: theirs that were made before that moment.</summary>
    void SweepTrials(DateTimeOffset before);

    /// <summary>The place in a machine's directory at which QEMU shall listen.</summary>
    /// <exception cref="PlatformException">The path is longer than a socket's may be.</exception>
    LocalEndpoint Endpoint(string directory, string name);
}
