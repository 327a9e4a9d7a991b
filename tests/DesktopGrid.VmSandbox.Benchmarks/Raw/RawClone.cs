using System.Diagnostics;
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
/// template's state by a shell's <c>cat</c>, let go on, and asked for one answer. No check, no renewal, no log, no catalog.
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

    /// <returns>From the start of QEMU to the answer.</returns>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        File.Copy(Template, _disk, overwrite: true);
        foreach (var socket in Directory.GetFiles(Folder))
        {
            File.Delete(socket);
        }

        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(_words[0], [.. _words.Skip(1), Incoming, $"exec:cat {_state}"]))!;
        try
        {
            await using var monitor = await QmpClient.ConnectAsync(await At("monitor").ConnectAsync(TimeProvider.System, cancellationToken), new QmpOptions(), TimeProvider.System, NullLogger.Instance, cancellationToken);
            while ((await monitor.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken)).Status == "inmigrate")
            {
                await Task.Delay(1, cancellationToken);
            }

            await monitor.ExecuteAsync(RunStateCommands.Continue, cancellationToken);
            await using var link = new HttpGuestLink(VmId.New(), [.. ChannelPorts.All.Select((name, number) => new SerialPort(name, At($"p{number}")))], isFresh: false, new SessionOptions(), TimeProvider.System, CancellationToken.None);
            await link.WaitUntilReadyAsync(cancellationToken);
            return Stopwatch.GetElapsedTime(started);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private LocalEndpoint At(string name) => LocalEndpoint.At(Path.Combine(Folder, name), LongestSocket);
}
