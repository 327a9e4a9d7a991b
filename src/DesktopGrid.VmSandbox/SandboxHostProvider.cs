using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox;

/// <summary>
/// Opens one host when it is first asked for and shares it: a host opens asynchronously, which a container's constructor cannot.
/// Registered by <c>AddVmSandbox</c>; disposed with the container.
/// </summary>
public sealed class SandboxHostProvider : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SandboxHostOptions _options;
    private readonly ILoggerFactory? _loggers;
    private SandboxHost? _host;
    private bool _isDisposed;

    /// <summary>Makes a provider; opens nothing.</summary>
    /// <param name="options">How the host is opened.</param>
    /// <param name="loggers">Where it logs; null for nowhere.</param>
    public SandboxHostProvider(SandboxHostOptions options, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _loggers) = (options, loggers);
    }

    /// <summary>The host; opened by the first call. A call that fails leaves the next one to try again.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The host, which is the provider's to dispose.</returns>
    /// <exception cref="ArgumentException">Options have faults.</exception>
    /// <exception cref="Primitives.SandboxException">The store cannot be opened, as <see cref="SandboxHost.OpenAsync"/> says.</exception>
    /// <exception cref="ObjectDisposedException">The provider was disposed.</exception>
    public async Task<SandboxHost> GetAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _host ??= await SandboxHost.OpenAsync(_options, _loggers, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Disposes the host, where one was opened.</summary>
    /// <returns>A task that ends when it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _isDisposed = true;
            if (_host is not null)
            {
                await _host.DisposeAsync().ConfigureAwait(false);
                _host = null;
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
