using DesktopGrid.VmSandbox;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

#pragma warning disable IDE0130 // In the container's own namespace, where its users look for such methods.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Registers DesktopGrid.VmSandbox.</summary>
public static class SandboxServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="SandboxHostProvider"/> with the default options as a singleton; services take it and ask it for the host. The
    /// container must be disposed asynchronously, as the generic host does. A second call changes nothing.
    /// </summary>
    /// <param name="services">Where.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddVmSandbox(this IServiceCollection services) => services.AddVmSandbox(static (_, _) => { });

    /// <summary>The same, with options.</summary>
    /// <param name="services">Where.</param>
    /// <param name="configure">Sets the options when the provider is first asked for. They are checked when the host opens.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddVmSandbox(this IServiceCollection services, Action<SandboxHostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddVmSandbox((_, options) => configure(options));
    }

    /// <summary>The same, with options that come from other services, such as the application's configuration.</summary>
    /// <param name="services">Where.</param>
    /// <param name="configure">Sets the options when the provider is first asked for.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddVmSandbox(this IServiceCollection services, Action<IServiceProvider, SandboxHostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(provider =>
        {
            var options = new SandboxHostOptions();
            configure(provider, options);
            return new SandboxHostProvider(options, provider.GetService<ILoggerFactory>());
        });
        return services;
    }
}
