using System.Diagnostics;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

namespace DesktopGrid.VmSandbox.Benchmarks.Boinc;

/// <summary>
/// The wrapper in a slot whose client is made by hand: words go into its shared memory at a moment that is known, which a real client with its look each second
/// does not allow.
/// </summary>
internal sealed class WrapperTask : IDisposable
{
    private const int ChannelBytes = 1024;
    private const int Heartbeat = 4;
    private const int AppStatus = 5;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly string _root = Directory.CreateTempSubdirectory("bw").FullName;
    private readonly string _slot;
    private Process? _process;

    public WrapperTask()
    {
        _slot = Path.Combine(_root, "slots", "0");
        var project = Path.Combine(_root, "projects", "p");
        Directory.CreateDirectory(_slot);
        Directory.CreateDirectory(project);
        File.Copy(Artifacts.Program("plain-task"), Path.Combine(_slot, "plain-task"));
        Put("in", "input\n");
        Put("vmsandbox.xml", $"<vmsandbox><qemu>{Artifacts.Qemu}</qemu><guest_image>{Artifacts.GuestImage}</guest_image><memory_mib>256</memory_mib><output>out</output></vmsandbox>");
        Put("job.xml", "<job_desc><task><application>plain-task</application><command_line>--input in --output out --steps 100000 --step-ms 250 --busy 1</command_line></task></job_desc>");
        Put("init_data.xml", string.Create(CultureInfo.InvariantCulture, $"<app_init_data>\n<result_name>bench_0</result_name>\n<project_dir>{project}</project_dir>\n<boinc_dir>{_root}</boinc_dir>\n<client_pid>{Environment.ProcessId}</client_pid>\n<checkpoint_period>100000</checkpoint_period>\n</app_init_data>\n"));
    }

    private string Memory => Path.Combine(_slot, "boinc_mmap_file");

    /// <summary>Starts the wrapper, as a client does: with empty channels; ends when its program computes.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(Memory, new byte[8 * ChannelBytes], cancellationToken);
        _process = Process.Start(new ProcessStartInfo(Artifacts.Wrapper) { WorkingDirectory = _slot, RedirectStandardError = true })!;
        Say(Heartbeat, "<heartbeat/>\n");
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        // Told with what is said from then on; the pipe must not fill up.
        for (var line = ""; !line.Contains("running ", StringComparison.Ordinal) && !line.Contains("goes on", StringComparison.Ordinal);)
        {
            line = await _process.StandardError.ReadLineAsync(bound.Token) ?? throw new InvalidOperationException("The wrapper has ended.");
        }

        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await WaitWhileAsync(stands: true, bound.Token);
    }

    /// <summary>Milliseconds from the client's word until the machine's processors stand, or until they go again.</summary>
    public async Task<double> TimeAsync(string word, bool stands, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        var begin = Stopwatch.GetTimestamp();
        Say(0, word);
        return Stopwatch.GetElapsedTime(begin, await WaitWhileAsync(!stands, bound.Token)).TotalMilliseconds;
    }

    /// <summary>Seconds from the client's word to quit until the wrapper's process is gone, its work kept.</summary>
    public async Task<double> QuitAsync(CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        Say(0, "<quit/>");
        await _process!.WaitForExitAsync(cancellationToken).WaitAsync(Bound, cancellationToken);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>Waits until QEMU begins to use its processor or has not done so for a while; tells the moment of the change.</summary>
    private async Task<long> WaitWhileAsync(bool stands, CancellationToken cancellationToken)
    {
        // Longer than a kernel of a busy computer lets a machine of the lowest priority wait.
        var calm = TimeSpan.FromMilliseconds(300);
        var (last, lastMoved) = (Used(), Stopwatch.GetTimestamp());
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Delay(1, cancellationToken);
            var used = Used();
            if (used > last)
            {
                if (stands)
                {
                    return Stopwatch.GetTimestamp();
                }

                (last, lastMoved) = (used, Stopwatch.GetTimestamp());
            }
            else if (!stands && Stopwatch.GetElapsedTime(lastMoved) > calm)
            {
                return lastMoved;
            }
        }
    }

    /// <summary>Nanoseconds that the emulator's busiest thread has run (proc(5), schedstat): its first thread wakes for other reasons as well.</summary>
    private long Used()
    {
        var emulator = Descendants(_process!.Id).FirstOrDefault(static id => File.Exists($"/proc/{id}/cmdline") && File.ReadAllText($"/proc/{id}/cmdline") is var line && line.Contains("-nodefaults", StringComparison.Ordinal) && !line.StartsWith("/usr/bin/bwrap", StringComparison.Ordinal));
        return emulator == 0 ? 0 : Directory.GetDirectories($"/proc/{emulator}/task").Max(static thread => long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture));
    }

    private static IEnumerable<int> Descendants(int id)
    {
        var children = $"/proc/{id}/task/{id}/children";
        foreach (var child in Directory.GetDirectories($"/proc/{id}/task").Select(static thread => Path.Combine(thread, "children")).Where(File.Exists).Append(children).Distinct().SelectMany(static file => File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            yield return child;
            foreach (var below in Descendants(child))
            {
                yield return below;
            }
        }
    }

    private void Say(int channel, string text)
    {
        using var file = new FileStream(Memory, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        // What the wrapper has said is taken, so that it says more.
        RandomAccess.Write(file.SafeFileHandle, [0], AppStatus * ChannelBytes);
        RandomAccess.Write(file.SafeFileHandle, Encoding.ASCII.GetBytes(text + "\0"), (channel * ChannelBytes) + 1);
        RandomAccess.Write(file.SafeFileHandle, [1], channel * ChannelBytes);
    }

    private void Put(string name, string text) => File.WriteAllText(Path.Combine(_slot, name), text);
}
