using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.DependencyInjection;

/// <summary>Runs one job and ends the application. A grid's client would take work from its server here, again and again.</summary>
internal sealed partial class JobWorker(SandboxHostProvider sandbox, IHostApplicationLifetime lifetime, ILogger<JobWorker> logger) : BackgroundService
{
    private const int FailedExitCode = 1;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var host = await sandbox.GetAsync(stoppingToken);
            var result = await host.RunAsync(Job(), new FractionLogger(logger), cancellationToken: stoppingToken);
            var output = result.GetStandardOutputText().Trim();
            LogEnded(logger, result.ExitCode, result.Accelerator, output);
        }
        catch (SandboxException e)
        {
            // The fate decides: what never started may be given out again, whatever the program does.
            LogFailed(logger, e.Fate, e.Message);
            Environment.ExitCode = FailedExitCode;
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private static SandboxJob Job() => new()
    {
        Program = "/bin/sh",
        Arguments = ["-c", "for i in 2 4 6 8; do msg_to_host fraction_done 0.$i; done; msg_to_host fraction_done 1; echo \"done by $(uname -sm)\""],
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "The job ended with exit code {ExitCode} under {Accelerator}: {Output}")]
    private static partial void LogEnded(ILogger logger, int? exitCode, Qemu.Accelerator accelerator, string output);

    [LoggerMessage(Level = LogLevel.Error, Message = "The job failed; its program: {Fate}. {Message}")]
    private static partial void LogFailed(ILogger logger, TaskFate? fate, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Fraction:0 %} done")]
    private static partial void LogFraction(ILogger logger, double fraction);

    private sealed class FractionLogger(ILogger logger) : IProgress<JobProgress>
    {
        private double? _told;

        public void Report(JobProgress value)
        {
            if (value.FractionDone is { } fraction && fraction != _told)
            {
                _told = fraction;
                LogFraction(logger, fraction);
            }
        }
    }
}
