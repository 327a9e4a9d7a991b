using System.Diagnostics;
using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Alone;

/// <summary>A slot without a client, and the wrapper in it.</summary>
internal sealed class LoneSlot : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("lone").FullName;

    public LoneSlot()
    {
        Folder = Path.Combine(_root, "slots", "0");
        Directory.CreateDirectory(Folder);
        Put("vmsandbox.xml", $"<vmsandbox><qemu>{Artifacts.Qemu}</qemu><guest_image>{Artifacts.GuestImage}</guest_image><memory_mib>128</memory_mib></vmsandbox>");
    }

    public string Folder { get; }

    /// <summary>The machines that are left.</summary>
    public string[] Machines => Directory.Exists(Store) ? Directory.GetDirectories(Store) : [];

    private string Store => Path.Combine(Directory.Exists(Project) ? Project : Folder, "vmsandbox", "store", "machines");

    private string Project => Path.Combine(_root, "projects", "example");

    public void Put(string name, string content) => File.WriteAllText(Path.Combine(Folder, name), content);

    public void PutBytes(string name, byte[] content) => File.WriteAllBytes(Path.Combine(Folder, name), content);

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public bool Has(string name) => File.Exists(Path.Combine(Folder, name));

    /// <summary>The plain program under a job.xml.</summary>
    public void PutJob(int steps, int stepMs)
    {
        File.Copy(Artifacts.Program("plain-task"), Path.Combine(Folder, "plain-task"));
        Put("in", "some input\n");
        Put("job.xml", string.Create(CultureInfo.InvariantCulture, $"<job_desc><task><application>plain-task</application><command_line>--input in --output out --steps {steps} --step-ms {stepMs}</command_line><fraction_done_filename>fraction_done</fraction_done_filename></task></job_desc>"));
        Put("vmsandbox.xml", Read("vmsandbox.xml").Replace("</vmsandbox>", "<output>out</output></vmsandbox>", StringComparison.Ordinal));
    }

    /// <summary>Makes the slot one of a client, which is this process: files of the project with links to them, and shared memory that holds one word already.</summary>
    public void GiveClient(string word)
    {
        if (!Directory.Exists(Project))
        {
            Directory.CreateDirectory(Project);
            foreach (var file in Directory.GetFiles(Folder))
            {
                var name = Path.GetFileName(file);
                File.Move(file, Path.Combine(Project, name));
                Put(name, $"<soft_link>../../projects/example/{name}</soft_link>\n");
            }

            var files = string.Concat(Directory.GetFiles(Project).Select(static file => $"<app_file>{Path.GetFileName(file)}</app_file>\n"));
            Put("init_data.xml", string.Create(CultureInfo.InvariantCulture, $"<app_init_data>\n{files}<result_name>wu_0</result_name>\n<project_dir>{Project}</project_dir>\n<boinc_dir>{_root}</boinc_dir>\n<client_pid>{Environment.ProcessId}</client_pid>\n<checkpoint_period>100000</checkpoint_period>\n</app_init_data>\n"));
        }

        var memory = new byte[8 * 1024];
        if (word.Length > 0)
        {
            memory[0] = 1;
            Encoding.ASCII.GetBytes(word, memory.AsSpan(1));
        }

        PutBytes("boinc_mmap_file", memory);
    }

    /// <summary>What the program writes without a sandbox.</summary>
    public string ExpectedOutput(int steps)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "native")).FullName;
        File.WriteAllText(Path.Combine(folder, "in"), "some input\n");
        using var native = Process.Start(new ProcessStartInfo(Artifacts.Program("plain-task"), ["--input", "in", "--output", "out", "--steps", steps.ToString(CultureInfo.InvariantCulture), "--step-ms", "1"]) { WorkingDirectory = folder, RedirectStandardError = true })!;
        native.StandardError.ReadToEnd();
        native.WaitForExit();
        native.ExitCode.Should().Be(0);
        return File.ReadAllText(Path.Combine(folder, "out"));
    }

    /// <summary>Starts the wrapper.</summary>
    public WrapperProcess Start(params string[] arguments) => new(this, arguments);

    /// <summary>Runs it to its end.</summary>
    public async Task<(int ExitCode, string Said)> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync(cancellationToken);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>The wrapper while it runs.</summary>
internal sealed class WrapperProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly SemaphoreSlim _line = new(0);
    private volatile bool _hasEnded;

    public WrapperProcess(LoneSlot slot, string[] arguments)
    {
        _process = new Process { StartInfo = new ProcessStartInfo(Artifacts.Wrapper, arguments) { WorkingDirectory = slot.Folder, RedirectStandardError = true } };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_said)
            {
                _said.AppendLine(line.Data);
                _hasEnded |= line.Data is null;
            }

            _line.Release();
        };
        _process.Start();
        _process.BeginErrorReadLine();
    }

    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public async Task WaitUntilSaidAsync(string words, CancellationToken cancellationToken)
    {
        while (!Said.Contains(words, StringComparison.Ordinal))
        {
            (_hasEnded ? Said : "").Should().BeEmpty($"the wrapper has ended without saying \"{words}\"");
            await _line.WaitAsync(cancellationToken);
        }
    }

    public void Signal(int number) => Process.Start("/bin/kill", [$"-{number.ToString(CultureInfo.InvariantCulture)}", _process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    public async Task<(int ExitCode, string Said)> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, Said);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _line.Dispose();
    }
}
