namespace DesktopGrid.VmSandbox.Platform.Sockets;

/// <summary>A place on this computer where QEMU listens and only this user can connect: a Unix socket, or a named pipe on Windows.</summary>
internal abstract record LocalEndpoint
{
    /// <summary>Which of QEMU's character devices listens there.</summary>
    public virtual QemuCharacterDevice QemuDevice => QemuCharacterDevice.Socket;

    /// <summary>The path or pipe name, as QEMU's character device wants it.</summary>
    public abstract string Address { get; }

    /// <summary>
    /// Connects; tries again while nobody listens yet, until the token is cancelled (the caller's bound).
    /// </summary>
    /// <exception cref="PlatformException">The operating system refused for good.</exception>
    public abstract Task<Stream> ConnectAsync(TimeProvider time, CancellationToken cancellationToken);
}

/// <summary>The character devices of QEMU that can listen for a local program.</summary>
internal enum QemuCharacterDevice
{
    /// <summary>A Unix domain socket.</summary>
    Socket = 0,
    /// <summary>A Windows named pipe.</summary>
    Pipe = 1,
}
