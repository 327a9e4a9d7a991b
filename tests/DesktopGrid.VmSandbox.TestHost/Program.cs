using DesktopGrid.VmSandbox;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.TestHost;

// A second host process for tests that need a real one: to share a store with, and to kill.
// DesktopGrid.VmSandbox.TestHost STORE COMMAND [ARGUMENT...]; says one line for each step; ends when its standard input does.
if (args is not [var store, var command, .. var rest])
{
    Console.Error.WriteLine("usage: DesktopGrid.VmSandbox.TestHost STORE machine|job|work|take|churn|shared|verbs [ARGUMENT...]");
    return 2;
}

var options = new SandboxHostOptions { StorePath = store };
options.Qemu.Accelerator = Accelerator.Tcg;
options.Qemu.Priority = ProcessPriority.Normal;
try
{
    using var killAt = new KillAt(store);
    if (rest is [var target, var step] && command == "verbs")
    {
        killAt.Arm(target, step);
    }

    await using var host = await SandboxHost.OpenAsync(options, killAt);
    Commands.Say("open");
    var commands = new Commands(host);
    await (command switch
    {
        "machine" => commands.MachineAsync(outlivesHost: rest is ["outlives"]),
        "job" => commands.JobAsync(rest[0], rest.ElementAtOrDefault(1)),
        "work" => commands.WorkAsync(),
        "take" => commands.TakeAsync(rest[0]),
        "shared" => commands.SharedAsync(killAt, rest[0]),
        "verbs" => new VerbShell(host, killAt).RunAsync(),
        "churn" => commands.ChurnAsync(int.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"There is no command {command}."),
    });
    return 0;
}
catch (SandboxException e)
{
    Commands.Say($"failed {e.Code} {e.Fate} {e.Message}");
    return 1;
}
