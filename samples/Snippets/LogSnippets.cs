using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Vms;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>Logs of machines, and telemetry of jobs.</summary>
public static class LogSnippets
{
    /// <summary>Follows one machine's log.</summary>
    public static async Task FollowAsync(SandboxHost host, VmId machine, CancellationToken cancellationToken)
    {
        // snippet: follow-log
        var query = new LogQuery { Tail = 100, Sources = [LogSource.Console, LogSource.Stderr], Follow = true };
        await foreach (var line in host.ReadLogAsync(machine, query, cancellationToken))
        {
            Console.WriteLine($"{line.Time:HH:mm:ss.fff} {line.Source}: {line.Text}");
        }
        // end
    }

    /// <summary>Reads what a failed job left.</summary>
    public static async Task<List<LogLine>> ReadAsync(SandboxHost host, JobException failure, CancellationToken cancellationToken)
    {
        var lines = new List<LogLine>();
        // snippet: read-log
        if (VmId.TryParse(failure.Machine, out var machine))
        {
            await foreach (var line in host.ReadLogAsync(machine, new LogQuery { Tail = 200 }, cancellationToken))
            {
                lines.Add(line);
            }
        }
        // end
        return lines;
    }

    /// <summary>OpenTelemetry finds the library by two names.</summary>
    public static (TracerProvider Traces, MeterProvider Metrics) Listen(BaseExporter<System.Diagnostics.Activity> traceExporter, MetricReader metricReader)
    {
        // snippet: telemetry
        var traces = Sdk.CreateTracerProviderBuilder()
            .AddSource(SandboxTelemetry.ActivitySourceName)
            .AddProcessor(new SimpleActivityExportProcessor(traceExporter))
            .Build();
        var metrics = Sdk.CreateMeterProviderBuilder()
            .AddMeter(SandboxTelemetry.MeterName)
            .AddReader(metricReader)
            .Build();
        // end
        return (traces, metrics);
    }
}
