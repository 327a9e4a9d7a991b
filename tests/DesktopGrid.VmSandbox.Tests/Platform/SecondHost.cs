using System.Diagnostics;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Platform.Linux;
using DesktopGrid.VmSandbox.Platform.MacOS;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform;

/// <summary>
/// The test assembly started as a program: a second host process, which a test can kill. It starts a payload, says the payload's number,
/// and waits to be killed.
/// </summary>
internal sealed class SecondHost : IDisposable
{
    private readonly Process _process;

    private SecondHost(Process process, int payload) => (_process, Payload) = (process, payload);

    /// <summary>The payload's process number.</summary>
    public int Payload { get; }

    public static async Task<SecondHost> StartAsync(string how, bool diesWithParent, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(SecondHost).Assembly.Location, how, diesWithParent ? "dies" : "outlives"]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return new SecondHost(process, int.Parse(line!, System.Globalization.CultureInfo.InvariantCulture));
    }

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || arguments is not [var how, var fate])
        {
            return 2;
        }

        var request = new LaunchRequest { FileName = "/usr/bin/perl", Arguments = ["-e", "$| = 1; print \"$$\\n\"; sleep 600"], DieWithParent = fate == "dies", Priority = ProcessPriority.Normal };
        if (how == "macos")
        {
            var words = MacLaunchChain.Build(request, new MacTools(), null);
            using var shell = Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            await Console.Out.WriteLineAsync(await shell.StandardOutput.ReadLineAsync());
            await Console.In.ReadToEndAsync();
            return 0;
        }

        using var platform = new LinuxPlatform(TimeProvider.System);
        await using var process = await platform.Launcher.StartAsync(request with { Confinement = how == "confined" ? new ConfinementPlan { Identity = "second" } : null }, CancellationToken.None);
        using var output = new StreamReader(process.StandardOutput);
        await output.ReadLineAsync();
        await Console.Out.WriteLineAsync($"{process.Identity.Id}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>SIGKILL: nothing of its own runs any more.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public void Dispose() => _process.Dispose();
}
