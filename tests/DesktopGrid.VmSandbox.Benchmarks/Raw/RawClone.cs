using System.Diagnostics;
using System.Globalization;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Sessions.Http;
using DesktopGrid.VmSandbox.Vms;
using Microsoft.Extensions.Logging.Abstractions;

namespace DesktopGrid.VmSandbox.Benchmarks.Raw;

/// <summary>
/// A clone of a template of the library's, made by hand: a plain QEMU with the words of a clone that ran, but for the confinement, given the
/// template's state by a shell's <c>cat</c>, let go on, and asked for one answer. No check, no renewal, no log, no catalog. Likewise one that shares
/// the memory that the library has made, opened for it by a shell, and is given the devices alone.
/// </summary>
internal sealed class RawClone
{
    private const string Incoming = "-incoming", Sandbox = "-sandbox";
    private const int LongestSocket = 107;

    private readonly List<string> _words;
    private readonly string _state;
    private readonly string _disk;

    private RawClone(List<string> words, string state, string disk) => (_words, _state, _disk) = (words, state, disk);

    /// <summary>Learns from a machine that started from the only template of a store.</summary>
    public static RawClone Like(int processId, string storePath, VmId machine, string folder)
    {
        var template = Directory.GetDirectories(Path.Combine(storePath, "templates")).Single();
        var words = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries).ToList();
        words.RemoveRange(words.IndexOf(Sandbox), 2);
        words.RemoveRange(words.IndexOf(Incoming), 2);
        var sockets = words.First(static word => word.Contains("path=", StringComparison.Ordinal)).Split("path=")[1].Split(',')[0];
        var overlay = Path.Combine(storePath, "machines", machine.ToString(), "root.qcow2");
        var disk = Path.Combine(storePath, "machines", "by-hand", "root.qcow2");
        Directory.CreateDirectory(Path.GetDirectoryName(disk)!);
        return new RawClone([.. words.Select(word => word.Replace(Path.GetDirectoryName(sockets)!, folder, StringComparison.Ordinal).Replace(overlay, disk, StringComparison.Ordinal))], Path.Combine(template, "state"), disk)
        {
            Template = Path.Combine(template, "root.qcow2"),
            Folder = folder,
        };
    }

    private string Template { get; init; } = "";

    private string Folder { get; init; } = "";

    /// <summary>The memory to share, as this process has it; null for a clone with memory of its own.</summary>
    private string? Ram { get; init; }

    /// <summary>The same, but for what it shares. The devices alone are said by a plain QEMU whose RAM is a file.</summary>
    public async Task<RawClone> SharingAsync(CancellationToken cancellationToken)
    {
        var (devices, file) = (Path.Combine(Folder, "devices"), Path.Combine(Folder, "ram"));
        Prepare();
        using (var process = Start([.. _words.Select(word => OnFile(word, file, "on")), Incoming, $"exec:cat {_state}"]))
        {
            try
            {
                await using var monitor = await ConnectAsync(cancellationToken);
                await UntilLoadedAsync(monitor, cancellationToken);
                await monitor.ExecuteAsync(MigrationCommands.SwitchOn(MigrationNames.IgnoreShared), cancellationToken);
                await monitor.ExecuteAsync(Migrate("migrate", $"exec:cat > {devices}"), cancellationToken);
                while ((await monitor.ExecuteAsync(MigrationCommands.Query, cancellationToken)).Status != MigrationNames.Completed)
                {
                    await Task.Delay(10, cancellationToken);
                }
            }
            finally
            {
                await EndAsync(process);
            }
        }

        File.Delete(file);
        var kept = _disk + ".devices";
        File.Move(devices, kept, overwrite: true);
        var ram = Directory.GetFiles("/proc/self/fd").First(static link => new FileInfo(link).LinkTarget?.StartsWith("/memfd:vmsandbox-template", StringComparison.Ordinal) ?? false);
        return new RawClone([.. _words.Select(static word => OnFile(word, "/proc/self/fd/8", "off"))], kept, _disk)
        {
            Template = Template,
            Folder = Folder,
            Ram = ram.Replace("self", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
        };
    }

    /// <returns>From the start of QEMU to the answer, and the memory that it has then in bytes, what is shared counted in parts.</returns>
    public async Task<(TimeSpan Time, long Bytes)> RunAsync(CancellationToken cancellationToken)
    {
        Prepare();
        var started = Stopwatch.GetTimestamp();
        using var process = Ram is null
            ? Start([.. _words, Incoming, $"exec:cat {_state}"])
            : Start(["/bin/sh", "-c", "m=$1; shift; exec \"$@\" 8<\"$m\"", "sh", Ram, .. _words, Incoming, "defer"]);
        try
        {
            await using var monitor = await ConnectAsync(cancellationToken);
            if (Ram is not null)
            {
                await monitor.ExecuteAsync(MigrationCommands.SwitchOn(MigrationNames.IgnoreShared), cancellationToken);
                await monitor.ExecuteAsync(Migrate("migrate-incoming", $"exec:cat {_state}"), cancellationToken);
            }

            await UntilLoadedAsync(monitor, cancellationToken);
            await monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken);
            await using var link = new HttpGuestLink(VmId.New(), [.. ChannelPorts.All.Select((name, number) => new SerialPort(name, At($"p{number}")))], isFresh: false, new SessionOptions(), TimeProvider.System, CancellationToken.None);
            await link.WaitUntilReadyAsync(cancellationToken);
            var time = Stopwatch.GetElapsedTime(started);
            var pss = (await File.ReadAllLinesAsync($"/proc/{process.Id}/smaps_rollup", cancellationToken)).First(static line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return (time, 1024 * long.Parse(pss.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            await EndAsync(process);
        }
    }

    private static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private static Process Start(List<string> words) => Process.Start(new ProcessStartInfo(words[0], words.Skip(1)))!;

    private async Task<QmpClient> ConnectAsync(CancellationToken cancellationToken) =>
        await QmpClient.ConnectAsync(await At("monitor").ConnectAsync(TimeProvider.System, cancellationToken), new QmpOptions(), TimeProvider.System, NullLogger.Instance, cancellationToken);

    private static async Task UntilLoadedAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        while ((await monitor.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken)).Status == "inmigrate")
        {
            await Task.Delay(1, cancellationToken);
        }
    }

    private static QmpCommand<QmpNothing> Migrate(string command, string uri) => new(command, QmpJsonContext.Default.QmpNothing, writer => writer.WriteString("uri", uri));

    private static string OnFile(string word, string path, string share) => word.StartsWith("memory-backend-ram,", StringComparison.Ordinal)
        ? word.Replace("memory-backend-ram,", $"memory-backend-file,mem-path={path},share={share},", StringComparison.Ordinal)
        : word;

    private void Prepare()
    {
        File.Copy(Template, _disk, overwrite: true);
        foreach (var socket in Directory.GetFiles(Folder))
        {
            File.Delete(socket);
        }
    }

    private LocalEndpoint At(string name) => LocalEndpoint.At(Path.Combine(Folder, name), LongestSocket);
}
