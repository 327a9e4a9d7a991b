using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <inheritdoc />
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcessLauncher(LinuxConfinement confinement, LinuxProcessFinder finder, string runtimeRoot, TimeProvider time) : IProcessLauncher
{
    // Above what distributions and containers give out (systemd: "User/group IDs", systemd.io/UIDS-GIDS), below 2^31.
    private const uint FirstMachineUser = 0x70000000, MachineUsers = 0x0fff0000;
    private static readonly TimeSpan FindBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FindPause = TimeSpan.FromMilliseconds(1);

    // The kernel lets all processes of the computer together ask ten times a second.
    private static readonly TimeSpan StandBackPause = TimeSpan.FromSeconds(0.1);
    private const int MostTries = 50;

    // Longer than anybody's who asked for none (0.7 ms, times one more than the binary logarithm of the number of processors, 8 at most): the kernel
    // lets a thread that wakes at once take the processor of one whose turns are longer, and otherwise lets that one's turn end first. Not much
    // longer: a machine's own threads wait for each other by it too.
    private static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(6);

    private readonly LauncherThread _thread = new();

    public async Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var tools = await confinement.ToolsAsync(cancellationToken).ConfigureAwait(false);
        var isRoot = LinuxNative.IsRoot;
        uint? user = request.Confinement is { } plan && isRoot && tools.Privileges is not null ? UserOf(plan.Identity) : null;
        if (user is { } owner)
        {
            HandOver([.. request.Confinement!.ReadWritePaths, .. request.Confinement.LentPaths], owner);
        }

        var filter = request.Confinement is not null ? FilterFile() : null;
        // Kept until the payload was seen: by then the first of the chain has opened it.
        using var ram = (request.Ram as LinuxRamImage)?.Lend();
        var words = LaunchChain.Build(request, tools, filter, ram?.Path, user, isRoot);
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = request.WorkingDirectory ?? "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in request.Environment)
        {
            start.Environment.Add(name, value);
        }

        var wrapper = await StartAsync(start, request.Priority == ProcessPriority.Normal ? TimeSpan.Zero : LongTurn).ConfigureAwait(false);
        var identity = await FindPayloadAsync(wrapper, request, tools, cancellationToken).ConfigureAwait(false);
        return new UnixHostProcess(
            wrapper,
            identity,
            request.Confinement is null ? [] : confinement.Describe(tools, request),
            !request.DieWithParent,
            kill: () =>
            {
                // The payload first: a wrapper without parent death would leave it behind.
                finder.Kill(identity);
                if (identity.Id != wrapper.Id)
                {
                    LinuxNative.Kill(wrapper.Id);
                }
            },
            gone: () => finder.WaitForExitAsync(identity, CancellationToken.None),
            time);
    }

    public Task ForgetAsync(CancellationToken cancellationToken) => confinement.ForgetAsync(cancellationToken);

    public void Dispose() => _thread.Dispose();

    private async Task<Process> StartAsync(ProcessStartInfo start, TimeSpan turn)
    {
        try
        {
            return await _thread.RunAsync(() =>
            {
                // The tools that follow keep it: it can no more be asked for once they have made the thread an idle one.
                LinuxNative.AskForTurn(turn);
                return Process.Start(start)!;
            }).ConfigureAwait(false);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The program {start.FileName} cannot be started: {e.Message}", e);
        }
    }

    /// <summary>Each machine its own user: two machines of one root host cannot reach each other either.</summary>
    private static uint UserOf(string identity) =>
        FirstMachineUser + (BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(identity))) % MachineUsers);

    private static void HandOver(IReadOnlyList<string> paths, uint user)
    {
        foreach (var path in paths)
        {
            if (!LinuxNative.ChangeOwner(path, user, user))
            {
                throw new PlatformException(SandboxErrorCode.PlatformFailure, $"{path} cannot be handed over to the machine's own user {user}.");
            }
        }
    }

    /// <summary>The same bytes for every launch; written where only this user can write, under a name of its own, and renamed.</summary>
    private string? FilterFile()
    {
        if (confinement.Filter is null)
        {
            return null;
        }

        var path = Path.Combine(runtimeRoot, $"filter-{Convert.ToHexStringLower(SHA256.HashData(confinement.Filter))[..16]}.bpf");
        if (!File.Exists(path) || new FileInfo(path).Length != confinement.Filter.Length)
        {
            var part = Path.Combine(runtimeRoot, Path.GetRandomFileName());
            try
            {
                Directory.CreateDirectory(runtimeRoot);
                File.WriteAllBytes(part, confinement.Filter);
                File.Move(part, path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The filter of system calls cannot be written to {path}: {e.Message}", e)
                {
                    Advice = "Free some space there, or set XDG_RUNTIME_DIR to a directory of your own.",
                };
            }
        }

        return path;
    }

    /// <summary>
    /// The payload is a descendant of what was started: the one whose command line ends with the payload's arguments and begins with none of
    /// the tools in front of it. Where it waits at the gate, it is announced and let through, and whatever the gate becomes is the payload: a
    /// script may stand before the program, or become another one. One that has ended before it was seen is represented by its wrapper,
    /// which ends with it.
    /// </summary>
    private async Task<ProcessIdentity> FindPayloadAsync(Process wrapper, LaunchRequest request, LinuxTools tools, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(FindBound, time).Enter(cancellationToken);
        var input = wrapper.StandardInput;
        var known = ProcFile.Identify(wrapper.Id) ?? new ProcessIdentity(wrapper.Id, 0, ProcFile.BootId);
        var isOpen = false;
        try
        {
            while (!wrapper.HasExited && !(isOpen && !LaunchGate.Is(ProcFile.CommandLine(known.Id) ?? [])))
            {
                if (!isOpen && Search(wrapper.Id, request.Arguments, tools) is var (found, isGate) && ProcFile.Identify(found) is { } identity)
                {
                    known = identity;
                    if (!isGate)
                    {
                        break;
                    }

                    await StandBackAsync(identity, request, tools, bound.Token).ConfigureAwait(false);
                    request.Announce?.Invoke(identity);
                    LaunchGate.Open(input);
                    isOpen = true;
                }

                await Task.Delay(FindPause, time, bound.Token).ConfigureAwait(false);
            }

            LaunchGate.Close(input);
            return known;
        }
        catch (Exception e)
        {
            LaunchGate.Close(input);
            wrapper.Kill(entireProcessTree: true);
            wrapper.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The program {request.FileName} did not start within {FindBound.TotalSeconds:0} s.");
            }

            throw;
        }
    }

    /// <summary>
    /// A kernel with autogroups (sched(7)) shares processors between sessions first, and only then, within each, by the priorities of threads: a session
    /// of its own at nice 0 gets as much as the owner's, whatever its threads are.
    /// </summary>
    private async Task StandBackAsync(ProcessIdentity gate, LaunchRequest request, LinuxTools tools, CancellationToken cancellationToken)
    {
        if (tools is not { SetSession: not null, SessionsHavePriorities: true } || request.StandsBackLater || request.Priority == ProcessPriority.Normal)
        {
            return;
        }

        for (var tries = 0; tries < MostTries && !finder.StandBack(gate, request.Priority); tries++)
        {
            await Task.Delay(StandBackPause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static (int Id, bool IsGate)? Search(int processId, IReadOnlyList<string> arguments, LinuxTools tools)
    {
        if (ProcFile.CommandLine(processId) is { } words && !LaunchChain.IsTool(words, tools) && words.Count > arguments.Count && words.TakeLast(arguments.Count).SequenceEqual(arguments))
        {
            return (processId, LaunchGate.Is(words));
        }

        foreach (var child in ProcFile.ChildrenOf(processId))
        {
            if (Search(child, arguments, tools) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
