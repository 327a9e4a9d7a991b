using System.Threading.Channels;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Pausing;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>Between a grid's client and its jobs.</summary>
public static class ClientSnippets
{
    /// <summary>A client lets a job stand and go on, as often as its volunteer wants the computer.</summary>
    public static async Task<JobResult> ObeyAsync(SandboxHost host, SandboxJob job, ChannelReader<string> client, CancellationToken cancellationToken)
    {
        // snippet: obey-client
        VmId? machine = null;
        var progress = new Progress<JobProgress>(now => machine = now.Machine);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = host.RunAsync(job, progress, cancellationToken: abort.Token);
        var obeying = Task.Run(async () =>
        {
            await foreach (var message in client.ReadAllAsync(abort.Token))
            {
                try
                {
                    await (message switch
                    {
                        "suspend" when machine is { } its => host.Machines.SuspendAsync(its, abort.Token),
                        "resume" when machine is { } its => host.Machines.ContinueAsync(its, abort.Token),
                        "abort" => abort.CancelAsync(),
                        _ => Task.CompletedTask,
                    });
                }
                catch (VmException refused)
                {
                    // It does not run yet, or no more.
                    Console.Error.WriteLine(refused.Message);
                }
            }
        }, abort.Token);

        try
        {
            return await running;
        }
        finally
        {
            await abort.CancelAsync();
            await obeying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // end
    }

    /// <summary>A client without a grid's own rules: machines stand while the owner needs the computer.</summary>
    public static async Task<SandboxHost> StandBackAsync(Func<TimeSpan?> sinceInput, CancellationToken cancellationToken)
    {
        // snippet: pause
        var pause = PauseOptions.DesktopGrid();
        pause.UserActiveWithin = TimeSpan.FromMinutes(3);
        // On a Linux desktop only a program of the desktop's session knows; elsewhere null is enough.
        pause.SinceInput = sinceInput;
        var host = await SandboxHost.OpenAsync(new SandboxHostOptions { Pause = pause }, cancellationToken: cancellationToken);
        Console.WriteLine(host.PausedBy is { } reason ? $"machines stand: {reason}" : "machines run");
        // end
        return host;
    }

    /// <summary>After a crash of the client, or of the computer.</summary>
    public static async Task<IReadOnlyList<string>> TakeStockAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        var decided = new List<string>();
        // snippet: interrupted
        foreach (var job in await host.FindInterruptedJobsAsync(cancellationToken))
        {
            decided.Add($"{job.Labels.GetValueOrDefault("work-unit")}: {job.Fate}, begun at {job.StartedAt:u}");
            await host.ForgetInterruptedJobAsync(job.Id, cancellationToken);
        }
        // end
        return decided;
    }
}
