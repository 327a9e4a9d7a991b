namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>
/// Short private directories for sockets, one per machine: a Unix socket's path holds 107 bytes at most, and stores lie deep.
/// </summary>
internal interface IRuntimeDirectories
{
    /// <summary>Makes the directory of that name, readable by nobody else, or gives the one that is there.</summary>
    /// <exception cref="PlatformException">It cannot be made, or belongs to another user.</exception>
    string Create(string name);

    /// <summary>Removes it with everything in it; nothing when it is gone.</summary>
    void Remove(string name);

    /// <summary>The place in a machine's directory at which QEMU shall listen.</summary>
    LocalEndpoint Endpoint(string directory, string name);
}
