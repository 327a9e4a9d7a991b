using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.TestHost;

/// <summary>Takes machine verbs from standard input, a line each, and answers each with a line: its number, "ok" or the error's code, and what it led to.</summary>
internal sealed class VerbShell(SandboxHost host, KillAt killAt)
{
    private const string File = "file", Nothing = "-";

    public async Task RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            try
            {
                Commands.Say($"{words[0]} ok {await DoAsync(words[1], words.ElementAtOrDefault(2), words.ElementAtOrDefault(3))}");
            }
            catch (SandboxException e)
            {
                Commands.Say($"{words[0]} {e.Code} {e.Message}");
            }
        }
    }

    private async Task<string> DoAsync(string verb, string? machine, string? argument)
    {
        if (verb == "arm")
        {
            killAt.Arm(machine!, argument!);
            return "";
        }

        switch (verb)
        {
            case "create": return (await host.Machines.CreateAsync(Options(machine))).ToString();
            case "import": return await ImportAsync(machine!);
            case "recover": return $"{(await host.Machines.RecoverAsync()).Count(static recovery => recovery.Checkpoint is not null)}";
            case "prune": return $"{(await host.PruneAsync(new StorePruneOptions { Checkpoints = true })).Removed.Count}";
        }

        var id = VmId.Parse(machine!);
        switch (verb)
        {
            case "load": return (await host.Machines.LoadAsync(id)).State.ToString();
            case "start": await host.Machines.StartAsync(id); break;
            case "suspend": await host.Machines.SuspendAsync(id); break;
            case "continue": await host.Machines.ContinueAsync(id); break;
            case "checkpoint": await host.Machines.CheckpointAsync(id, argument!); break;
            case "resume": return (await host.Machines.ResumeAsync(id, argument)).Name;
            case "remove": await host.Machines.RemoveCheckpointAsync(id, argument!); break;
            case "export": await ExportAsync(id, argument!); break;
            case "quit": return (await host.Machines.QuitAsync(id, new VmKeepWork { Name = argument! }))?.Name ?? Nothing;
            case "stop": await host.Machines.StopAsync(id); break;
            case "destroy": await host.Machines.DestroyAsync(id); return nameof(VmState.Destroyed);
            case "list": return string.Join(',', (await host.Machines.ListCheckpointsAsync(id)).Select(static checkpoint => checkpoint.Name));
            case "put": await (await host.OpenSessionAsync(id)).PutTextAsync(File, argument!); break;
            case "get": return await GetAsync(id);
            case "status": break;
            default: throw new ArgumentException($"There is no verb {verb}.");
        }

        return (await host.Machines.GetStatusAsync(id)).State.ToString();
    }

    private static VmOptions Options(string? kind) => new()
    {
        MemoryMiB = 128,
        WarmStart = kind != "cold",
        ShareMemory = kind == "shared",
        OutlivesHost = kind == "outlives",
        KeepLog = kind == "logged" ? TimeSpan.FromDays(1) : TimeSpan.Zero,
    };

    /// <summary>As a careful caller does: the file has its name when all of it is on the disk.</summary>
    private async Task ExportAsync(VmId id, string path)
    {
        var part = path + ".part";
        await using (var file = System.IO.File.Create(part))
        {
            await host.Machines.ExportCheckpointAsync(id, name: null, file);
            file.Flush(flushToDisk: true);
        }

        System.IO.File.Move(part, path, overwrite: true);
    }

    private async Task<string> ImportAsync(string path)
    {
        await using var file = System.IO.File.OpenRead(path);
        return (await host.Machines.ImportCheckpointAsync(file)).ToString();
    }

    private async Task<string> GetAsync(VmId id)
    {
        try
        {
            return await (await host.OpenSessionAsync(id)).GetTextAsync(File);
        }
        catch (SessionException e) when (e.Code == SandboxErrorCode.GuestNotFound)
        {
            return Nothing;
        }
    }
}
