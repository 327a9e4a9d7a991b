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

    private readonly LauncherThread _thread = new();

    public async Task<HostProcess> StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var tools = await confinement.ToolsAsync(cancellationToken).ConfigureAwait(false);
        var isRoot = LinuxNative.IsRoot;
        uint? user = request.Confinement is { } plan && isRoot && tools.Privileges is not null ? UserOf(plan.Identity) : null;
        if (user is { } owner)
        {
            HandOver(request.Confinement!.ReadWritePaths, owner);
        }

        var filter = request.Confinement is not null ? FilterFile() : null;
        var words = LaunchChain.Build(request, tools, filter, user, isRoot);
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

        var wrapper = await StartAsync(start).ConfigureAwait(false);
        wrapper.StandardInput.Close();
        var identity = await FindPayloadAsync(wrapper, request.FileName, cancellationToken).ConfigureAwait(false);
        return new LinuxHostProcess(wrapper, identity, finder, request.Confinement is null ? [] : confinement.Describe(tools, request), !request.DieWithParent);
    }

    public void Dispose() => _thread.Dispose();

    private async Task<Process> StartAsync(ProcessStartInfo start)
    {
        try
        {
            return await _thread.RunAsync(() => Process.Start(start)!).ConfigureAwait(false);
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
            Directory.CreateDirectory(runtimeRoot);
            var part = Path.Combine(runtimeRoot, Path.GetRandomFileName());
            File.WriteAllBytes(part, confinement.Filter);
            File.Move(part, path, overwrite: true);
        }

        return path;
    }

    /// <summary>
    /// The payload is a descendant of what was started, known by the first word of its command line. One that has ended before it was seen
    /// is represented by its wrapper, which ends with it.
    /// </summary>
    private async Task<ProcessIdentity> FindPayloadAsync(Process wrapper, string program, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(FindBound, time).Enter(cancellationToken);
        var fallback = ProcFile.Identify(wrapper.Id) ?? new ProcessIdentity(wrapper.Id, 0, ProcFile.BootId);
        try
        {
            while (!wrapper.HasExited)
            {
                if (Search(wrapper.Id, program) is { } found && ProcFile.Identify(found) is { } identity)
                {
                    return identity;
                }

                await Task.Delay(FindPause, time, bound.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            wrapper.Kill(entireProcessTree: true);
            wrapper.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The program {program} did not start within {FindBound.TotalSeconds:0} s.");
        }

        return fallback;
    }

    private static int? Search(int processId, string program)
    {
        if (ProcFile.Program(processId) == program)
        {
            return processId;
        }

        foreach (var child in ProcFile.ChildrenOf(processId))
        {
            if (Search(child, program) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
