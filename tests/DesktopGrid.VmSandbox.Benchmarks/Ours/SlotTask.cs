using System.Diagnostics;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

namespace DesktopGrid.VmSandbox.Benchmarks.Ours;

/// <summary>An application in a slot whose client is this process, by hand: what the real client says only once a second is said here when it is to be measured.</summary>
internal sealed class SlotTask : IAsyncDisposable
{
    private const string Options = "vmsandbox.xml";
    private const int ChannelBytes = 1024, Control = 0, Beat = 4, Status = 5;

    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(90);

    private readonly FileStream _memory;
    private readonly Process _process;
    private readonly string _data;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _beating;

    private SlotTask(string data, string slot, Process process)
    {
        (_data, _process, Slot) = (data, process, slot);
        _memory = new FileStream(Path.Combine(slot, "boinc_mmap_file"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _beating = BeatAsync(_end.Token);
    }

    public string Slot { get; }

    /// <summary>The processes whose CPU time is the task's.</summary>
    public IReadOnlyList<int> Computing => [.. ProcessTable.Of(_data).Where(static process => process.CommandLine.Contains("qemu-system", StringComparison.Ordinal) || process.CommandLine.Contains(Payload.Api.Name, StringComparison.Ordinal)).Select(static process => process.Id)];

    /// <summary>Starts the wrapper, or without it the program of BOINC's own library, and waits until the program computes.</summary>
    public static async Task<SlotTask> StartAsync(string data, bool isSandboxed, TaskShape shape, int memoryMiB, CancellationToken cancellationToken)
    {
        var (slot, project) = (Path.Combine(data, "slots", "0"), Path.Combine(data, "projects", "example"));
        Directory.CreateDirectory(slot);
        Directory.CreateDirectory(project);
        var payload = isSandboxed ? Payload.Spoken : Payload.Api;
        foreach (var name in payload.Libraries.Prepend(payload.Name))
        {
            File.Copy(Artifacts.Program(name), Path.Combine(project, name));
        }

        await File.WriteAllTextAsync(Path.Combine(slot, "in"), Payload.Input, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(slot, "boinc_mmap_file"), new byte[8 * ChannelBytes], cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(slot, "init_data.xml"), InitData(data, project), cancellationToken);
        if (isSandboxed)
        {
            await File.WriteAllTextAsync(Path.Combine(slot, "payload"), $"<soft_link>../../projects/example/{payload.Name}</soft_link>\n", cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(slot, Options), $"<soft_link>../../projects/example/{Options}</soft_link>\n", cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(project, Options), $"<vmsandbox>\n<qemu>{Artifacts.Qemu}</qemu>\n<guest_image>{Artifacts.GuestImage}</guest_image>\n<memory_mib>{memoryMiB}</memory_mib>\n<payload>payload</payload>\n</vmsandbox>\n", cancellationToken);
        }

        var program = isSandboxed ? Artifacts.Wrapper : Path.Combine(project, payload.Name);
        var task = new SlotTask(data, slot, Process.Start(new ProcessStartInfo(program, shape.ToArguments()) { WorkingDirectory = slot })!);
        try
        {
            await task.WaitForProgressAsync(cancellationToken);
            return task;
        }
        catch
        {
            await task.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether a whole checkpoint of the machine lies in the project's folder.</summary>
    public bool HasCheckpoint => Directory.EnumerateFiles(Path.Combine(_data, "projects"), "*.state", SearchOption.AllDirectories).Any();

    /// <summary>Says a word of process control, as <c>&lt;suspend/&gt;</c>.</summary>
    public void Say(string word) => Send(Control, word);

    /// <summary>Waits for its exit.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(StartBound, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            Send(Control, "<abort/>\n");
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        await _memory.DisposeAsync();
        _end.Dispose();
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
        {
            Send(Beat, "<heartbeat/>\n<enable_network/>\n");
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task WaitForProgressAsync(CancellationToken cancellationToken)
    {
        var bytes = new byte[ChannelBytes];
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < StartBound && !_process.HasExited; await Task.Delay(50, cancellationToken))
        {
            RandomAccess.Read(_memory.SafeFileHandle, bytes, Status * ChannelBytes);
            if (bytes[0] == 0)
            {
                continue;
            }

            var text = Encoding.UTF8.GetString(bytes, 1, bytes.Length - 1);
            RandomAccess.Write(_memory.SafeFileHandle, [0], Status * ChannelBytes);
            const string Open = "<fraction_done>";
            if (text.IndexOf(Open, StringComparison.Ordinal) is >= 0 and var at
                && double.TryParse(text[(at + Open.Length)..].Split('<')[0], CultureInfo.InvariantCulture, out var fraction) && fraction > 0)
            {
                return;
            }
        }

        var said = Path.Combine(Slot, "stderr.txt");
        throw new InvalidDataException($"The task in {Slot} did not begin to compute: {(File.Exists(said) ? await File.ReadAllTextAsync(said, cancellationToken) : "it said nothing")}");
    }

    private void Send(int channel, string text)
    {
        RandomAccess.Write(_memory.SafeFileHandle, Encoding.UTF8.GetBytes(text + "\0"), (channel * ChannelBytes) + 1);
        RandomAccess.Write(_memory.SafeFileHandle, [1], channel * ChannelBytes);
    }

    private static string InitData(string data, string project) => string.Create(CultureInfo.InvariantCulture, $"""
        <app_init_data>
        <major_version>7</major_version>
        <minor_version>20</minor_version>
        <release>5</release>
        <app_version>100</app_version>
        <app_name>app</app_name>
        <project_dir>{project}</project_dir>
        <boinc_dir>{data}</boinc_dir>
        <app_file>{Options}</app_file>
        <app_file>{Payload.Spoken.Name}</app_file>
        <wu_name>wu</wu_name>
        <result_name>wu_0</result_name>
        <shm_key>-1</shm_key>
        <slot>0</slot>
        <client_pid>{Environment.ProcessId}</client_pid>
        <checkpoint_period>600.000000</checkpoint_period>
        <fraction_done_start>0.000000</fraction_done_start>
        <fraction_done_end>1.000000</fraction_done_end>
        <ncpus>1.000000</ncpus>
        <rsc_fpops_est>1000000000000.000000</rsc_fpops_est>
        <rsc_fpops_bound>1000000000000000.000000</rsc_fpops_bound>
        <rsc_memory_bound>1000000000.000000</rsc_memory_bound>
        <rsc_disk_bound>1000000000.000000</rsc_disk_bound>
        </app_init_data>

        """);
}
