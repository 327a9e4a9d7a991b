using System.Threading.Channels;
using DesktopGrid.VmSandbox.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>The library in a container.</summary>
public static class DependencyInjectionSnippets
{
    /// <summary>Registers the host.</summary>
    public static IHost Build(string[] args)
    {
        // snippet: register
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddVmSandbox((services, options) => options.StorePath = services.GetRequiredService<IConfiguration>()["Sandbox:Store"] ?? options.StorePath);
        builder.Services.AddSingleton(Channel.CreateUnbounded<SandboxJob>());
        builder.Services.AddSingleton(Channel.CreateUnbounded<JobResult>());
        builder.Services.AddHostedService<JobWorker>();
        // end
        return builder.Build();
    }

    // snippet: worker
    /// <summary>Runs the jobs that come over a channel, one after the other.</summary>
    public sealed class JobWorker(SandboxHostProvider sandbox, Channel<SandboxJob> jobs, Channel<JobResult> results) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var host = await sandbox.GetAsync(stoppingToken);
            await foreach (var job in jobs.Reader.ReadAllAsync(stoppingToken))
            {
                await results.Writer.WriteAsync(await host.RunAsync(job, stoppingToken), stoppingToken);
            }
        }
    }
    // end
}
