using System.IO.Pipelines;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.TestHost;

/// <summary>What the second host process can be told to do.</summary>
internal sealed class Commands(SandboxHost host)
{
    /// <summary>One line; the reader waits for its first word.</summary>
    public static void Say(string line)
    {
        Console.Out.WriteLine(line.ReplaceLineEndings(" "));
        Console.Out.Flush();
    }

    public async Task MachineAsync(bool outlivesHost)
    {
        var id = await host.Machines.CreateAsync(new VmOptions { OutlivesHost = outlivesHost });
        Say($"created {id}");
        await host.Machines.StartAsync(id);
        Say($"running {id} {(await host.Machines.GetStatusAsync(id)).ProcessId}");
        await WaitForEndAsync();
    }

    /// <summary>A machine that shares memory; this process is killed at a step of its start.</summary>
    public async Task SharedAsync(KillAt killAt, string step)
    {
        killAt.Arm("host", step);
        await host.Machines.StartAsync(await host.Machines.CreateAsync(new VmOptions { MemoryMiB = 128, ShareMemory = true }));
        await WaitForEndAsync();
    }

    public async Task JobAsync(string script, string? input)
    {
        var phases = new PhaseTeller();
        var job = new SandboxJob { Program = "/bin/sh", Arguments = ["-c", script], Inputs = input is null ? [] : [JobFile.FromHost(input)] };
        var result = await host.RunAsync(job, phases, output =>
        {
            Say($"output {Encoding.UTF8.GetString(output.Bytes.Span).TrimEnd()}");
            return ValueTask.CompletedTask;
        });
        Say($"exit {result.ExitCode}");
    }

    /// <summary>A machine that outlives this process, left in the middle of a put that has no end and of a program that counts.</summary>
    public async Task WorkAsync()
    {
        var id = await host.Machines.CreateAsync(new VmOptions { OutlivesHost = true });
        await host.Machines.StartAsync(id);
        var session = await host.OpenSessionAsync(id);
        await session.PutTextAsync("file", "the old content");
        await session.StartAsync(new TaskStartRequest { TaskId = "count", Program = "/bin/sh", Arguments = ["-c", "msg_to_host key value; i=0; until [ -e enough ]; do i=$((i+1)); echo $i; usleep 10000; done"] });
        // Through a pipe: a stream of a device claims to have a length, which is 0.
        await using var endless = PipeReader.Create(File.OpenRead("/dev/zero")).AsStream();
        await session.PutAsync("file", endless, progress: new PutTeller($"busy {id}"));
    }

    public async Task TakeAsync(string id)
    {
        Say($"state {(await host.Machines.LoadAsync(VmId.Parse(id))).State}");
        await WaitForEndAsync();
    }

    public async Task ChurnAsync(int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            var id = await host.Machines.CreateAsync(new VmOptions { Labels = new Dictionary<string, string> { ["round"] = $"{i}" } });
            await host.Machines.GetStatusAsync(id);
            await host.Machines.DestroyAsync(id);
        }

        Say($"churned {rounds}");
    }

    private static async Task WaitForEndAsync()
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }

    private sealed class PhaseTeller : IProgress<JobProgress>
    {
        private readonly Lock _lock = new();
        private JobPhase? _last;

        public void Report(JobProgress value)
        {
            lock (_lock)
            {
                if (_last != value.Phase)
                {
                    _last = value.Phase;
                    Say($"phase {value.Phase}");
                }
            }
        }
    }

    /// <summary>Says a line when the put has come a good way.</summary>
    private sealed class PutTeller(string line) : IProgress<TransferProgress>
    {
        private int _said;

        public void Report(TransferProgress value)
        {
            if (value.Bytes > 1_000_000 && Interlocked.Exchange(ref _said, 1) == 0)
            {
                Say(line);
            }
        }
    }
}
