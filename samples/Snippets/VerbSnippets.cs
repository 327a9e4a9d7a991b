using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>The verbs one by one, for who keeps a machine for several tasks.</summary>
public static class VerbSnippets
{
    /// <summary>The machine verbs.</summary>
    public static async Task MachineAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        // snippet: machine-verbs
        var machine = await host.Machines.CreateAsync(new VmOptions { MemoryMiB = 256 }, cancellationToken);
        await host.Machines.StartAsync(machine, cancellationToken);

        await host.Machines.SuspendAsync(machine, cancellationToken);
        await host.Machines.ContinueAsync(machine, cancellationToken);

        var status = await host.Machines.GetStatusAsync(machine, cancellationToken);
        Console.WriteLine($"{status.Id} {status.State}: {status.CpuTime} CPU, {status.MemoryBytes} bytes of memory, {status.DiskBytes} of disk");

        await host.Machines.StopAsync(machine, grace: TimeSpan.FromSeconds(10), cancellationToken);
        await host.Machines.DestroyAsync(machine, cancellationToken);
        // end
    }

    /// <summary>The task verbs.</summary>
    public static async Task<string> TaskAsync(SandboxHost host, VmId machine, CancellationToken cancellationToken)
    {
        // snippet: task-verbs
        var session = await host.OpenSessionAsync(machine, cancellationToken);
        var daemon = await session.PingAsync(cancellationToken);
        Console.WriteLine($"daemon {daemon.Daemon}, up for {daemon.UptimeMs} ms");

        await session.MakeDirectoryAsync("data", cancellationToken);
        await session.PutTextAsync("data/numbers.txt", "3\n1\n2\n", cancellationToken: cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "sort-1", Program = "/usr/bin/sort", Arguments = ["-o", "sorted.txt", "data/numbers.txt"] }, cancellationToken: cancellationToken);

        var ended = await session.WaitForEndAsync(cancellationToken);
        var sorted = await session.GetTextAsync("sorted.txt", cancellationToken: cancellationToken);

        await foreach (var entry in session.ListAsync(cancellationToken: cancellationToken))
        {
            Console.WriteLine($"{entry.Kind} {entry.Name}, {entry.Length} bytes");
        }

        await session.DeleteAsync(".", recursive: true, cancellationToken);
        // end
        return ended.ExitCode == 0 ? sorted : "";
    }

    /// <summary>A conversation with a running program.</summary>
    public static async Task<string> FollowAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        // snippet: follow-task
        await session.StartAsync(
            new TaskStartRequest { TaskId = "talk-1", Program = "/bin/sh", Arguments = ["-c", "msg_to_host ready yes; until ls \"$VMSANDBOX_INBOX\"/*-go; do sleep 0.1; done; echo gone"] },
            cancellationToken: cancellationToken);

        await foreach (var happened in session.FollowAsync(cancellationToken: cancellationToken))
        {
            switch (happened)
            {
                case TaskMessage { Message.Key: "ready" }:
                    await session.MessageToGuestAsync("go", "now", cancellationToken);
                    break;
                case TaskOutput { IsError: false } written:
                    output.Append(Encoding.UTF8.GetString(written.Bytes.Span));
                    break;
                case TaskEnded ended:
                    Console.WriteLine($"exit code {ended.Status.ExitCode}");
                    break;
            }
        }
        // end
        return output.ToString();
    }

    /// <summary>A machine that goes on without its host process.</summary>
    public static async Task<VmId> LeaveAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        // snippet: outlive
        var machine = await host.Machines.CreateAsync(
            new VmOptions { OutlivesHost = true, Labels = new Dictionary<string, string> { ["work-unit"] = "wu_1234" } },
            cancellationToken);
        await host.Machines.StartAsync(machine, cancellationToken);
        var session = await host.OpenSessionAsync(machine, cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "wu_1234", Program = "/bin/sh", Arguments = ["-c", "sleep 5; echo done > result"] }, cancellationToken: cancellationToken);
        // end
        return machine;
    }

    /// <summary>The next process takes it up again.</summary>
    public static async Task<string> TakeUpAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        // snippet: take-up
        foreach (var found in await host.Machines.FindAsync(new Dictionary<string, string> { ["work-unit"] = "wu_1234" }, cancellationToken))
        {
            var status = await host.Machines.LoadAsync(found.Id, cancellationToken);
            if (status.State is VmState.Running)
            {
                var session = await host.OpenSessionAsync(found.Id, cancellationToken);
                var ended = await session.WaitForEndAsync(cancellationToken);
                return ended.TaskId == "wu_1234" ? await session.GetTextAsync("result", cancellationToken: cancellationToken) : "another task";
            }

            Console.WriteLine($"{found.Id} is {status.State}: {status.LastError}");
        }
        // end
        return "";
    }

    /// <summary>Who holds a machine.</summary>
    public static async Task<bool> TryStopAsync(SandboxHost host, VmId machine, CancellationToken cancellationToken)
    {
        // snippet: busy
        try
        {
            await host.Machines.StopAsync(machine, cancellationToken: cancellationToken);
            return true;
        }
        catch (VmException e) when (e.Code is SandboxErrorCode.MachineBusy or SandboxErrorCode.MachineState)
        {
            Console.WriteLine(e.Message);
            return false;
        }
        // end
    }

    /// <summary>An instant that outlasts a crash.</summary>
    public static async Task<VmCheckpoint> KeepAsync(SandboxHost host, VmId id, CancellationToken cancellationToken)
    {
        // snippet: checkpoint
        await host.Machines.CheckpointAsync(id, "hourly", cancellationToken);
        // … the computer is switched off, the client updated, QEMU killed …
        if ((await host.Machines.GetStatusAsync(id, cancellationToken)).State is VmState.Failed or VmState.Stopped)
        {
            await host.Machines.ResumeAsync(id, cancellationToken: cancellationToken);
        }

        var session = await host.OpenSessionAsync(id, cancellationToken);
        Console.WriteLine((await session.GetTaskAsync(cancellationToken)).State);
        // end
        return (await host.Machines.ListCheckpointsAsync(id, cancellationToken))[0];
    }

    public static async Task<StorePruned> BudgetAsync(string folder, CancellationToken cancellationToken)
    {
        // snippet: budget
        var options = new SandboxHostOptions { StorePath = folder };
        options.Budget.MemoryMiB = 2048;
        options.Budget.VirtualCpus = 4;
        options.Budget.DiskBytes = 20L * 1024 * 1024 * 1024;
        await using var host = await SandboxHost.OpenAsync(options, cancellationToken: cancellationToken);

        var usage = await host.GetUsageAsync(cancellationToken);
        foreach (var item in usage.Items.Where(item => !item.IsInUse))
        {
            Console.WriteLine($"{item.Kind} {item.Id}: {item.Bytes} bytes, last used {item.UsedAt:d}");
        }

        var pruned = await host.PruneAsync(new StorePruneOptions { OlderThan = TimeSpan.FromDays(30) }, cancellationToken);
        Console.WriteLine($"{pruned.Removed.Count} things removed, {pruned.BytesLeft} bytes left");
        // end
        return pruned;
    }

    public static async Task<StoredImage> LayersAsync(SandboxHost host, string folder, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        // snippet: import-layers
        var import = new LayerImport { Path = Path.Combine(folder, "numpy.tar.gz"), Name = "numpy", MaxBytes = 2L << 30 };
        var layer = await host.Images.ImportAsync(import, progress, cancellationToken);
        Console.WriteLine($"{layer.Name} is {layer.Id[..12]}, {layer.Kind}, {layer.Bytes} bytes");

        foreach (var image in await host.Images.ListAsync(cancellationToken))
        {
            Console.WriteLine($"{image.Name}: {image.Kind?.ToString() ?? "base image"}, {image.Machines} machines");
        }
        // end
        return layer;
    }

    public static async Task<int> QuitAsync(SandboxHost host, CancellationToken cancellationToken)
    {
        // snippet: quit
        var kept = await host.QuitAsync(new VmKeepWork { Name = "quit", Within = TimeSpan.FromSeconds(50) }, cancellationToken);
        foreach (var (machine, checkpoint) in kept)
        {
            Console.WriteLine(checkpoint is null ? $"{machine}: the last good checkpoint stands" : $"{machine}: kept as {checkpoint.Name}");
        }

        await host.DisposeAsync();
        // end
        return kept.Count;
    }

    public static async Task<VmId> TravelAsync(SandboxHost here, VmId id, SandboxHost there, string path, CancellationToken cancellationToken)
    {
        // snippet: travel
        await using (var file = File.Create(path))
        {
            await here.Machines.ExportCheckpointAsync(id, "hourly", file, cancellationToken);
        }

        // … the file goes to another computer …
        await using var arrived = File.OpenRead(path);
        var moved = await there.Machines.ImportCheckpointAsync(arrived, cancellationToken: cancellationToken);
        await there.Machines.ResumeAsync(moved, cancellationToken: cancellationToken);
        // end
        return moved;
    }
}
