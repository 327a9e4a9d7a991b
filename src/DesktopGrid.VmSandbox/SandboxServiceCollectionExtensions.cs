using DesktopGrid.VmSandbox;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

// In the container's own namespace, where its users look for such methods.
#pragma warning disable IDE0130
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Registers DesktopGrid.VmSandbox.</summary>
public static class SandboxServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="SandboxHostProvider"/> as a singleton; services take it and ask it for the host.</summary>
    /// <param name="services">Where.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddVmSandbox(this IServiceCollection services, Action<SandboxHostOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new SandboxHostOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(provider => new SandboxHostProvider(options, provider.GetService<ILoggerFactory>()));
        return services;
    }
}
