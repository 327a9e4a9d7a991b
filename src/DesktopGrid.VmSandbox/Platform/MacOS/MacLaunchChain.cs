using System.Globalization;
using DesktopGrid.VmSandbox.Platform.Processes;

namespace DesktopGrid.VmSandbox.Platform.MacOS;

/// <summary>
/// Puts the tools in front of the payload:
/// <code>
/// bash (limits, process group, guard) ─ taskpolicy or nice → sandbox-exec → payload
/// </code>
/// The shell stays; each of the others replaces itself by the next, so that all is in force before the payload's first instruction.
/// macOS ends no child with its parent. So the shell's input is a pipe whose other end only this process holds, and a guard beside the
/// shell reads it: it ends when this process ends, however this process ends, and the guard then kills the payload.
/// </summary>
internal static class MacLaunchChain
{
    // A process group of its own keeps a terminal's Ctrl+C from the payload; ulimit counts blocks of 512 bytes (sh(1)), and bash takes them
    // for 1024 outside its POSIX mode, which bounds a file too. With job control off again, wait means the end and not a stop.
    private const string Script = """
        ulimit -c 0
        [ -z "$1" ] || ulimit -f "$1"
        guarded=$2; shift 2
        trap '' INT QUIT HUP TERM
        set -m
        exec 3<&0 </dev/null
        { trap - INT QUIT HUP TERM; exec "$@" 3<&-; } &
        payload=$!
        exec >/dev/null 2>&1
        [ -z "$guarded" ] || { { read -r _ <&3; kill -KILL "$payload"; } & guard=$!; }
        set +m
        exec 3<&-
        wait "$payload"; code=$?
        [ -z "$guarded" ] || kill -KILL "$guard"
        exit "$code"
        """;

    private const int Block = 512;

    /// <summary>The words of the command line; the first is the program to start.</summary>
    /// <param name="request">What to start.</param>
    /// <param name="tools">The tools that work here.</param>
    /// <param name="profile">The sandbox's profile; null for none.</param>
    public static IReadOnlyList<string> Build(LaunchRequest request, MacTools tools, string? profile)
    {
        var blocks = request.Confinement?.MaxFileBytes is { } bytes ? ((bytes + Block - 1) / Block).ToString(CultureInfo.InvariantCulture) : "";
        return
        [
            tools.Shell, "-c", Script, "vmsandbox", blocks, request.DieWithParent ? "guarded" : "",
            .. Priority(request.Priority, tools),
            .. profile is null || tools.Sandbox is null ? (string[])[] : [tools.Sandbox, "-p", profile],
            request.FileName, .. request.Arguments,
        ];
    }

    private static string[] Priority(ProcessPriority priority, MacTools tools) => priority switch
    {
        // taskpolicy(8), -b: the background band; on Apple silicon only the efficient cores, and disk and network behind everybody.
        ProcessPriority.Idle when tools.TaskPolicy is not null => [tools.TaskPolicy, "-b"],
        ProcessPriority.Idle when tools.Nice is not null => [tools.Nice, "-n", "20"],
        ProcessPriority.BelowNormal when tools.Nice is not null => [tools.Nice, "-n", "10"],
        _ => [],
    };
}

/// <summary>The tools; a null is one that is not there or did not work when it was tried.</summary>
internal sealed record MacTools
{
    /// <summary>bash, which every macOS has as of 10.3; version 3.2 is enough.</summary>
    public string Shell { get; init; } = "/bin/bash";
    /// <summary>The background band.</summary>
    public string? TaskPolicy { get; init; }
    /// <summary>Lowered priority.</summary>
    public string? Nice { get; init; }
    /// <summary>sandbox-exec(1).</summary>
    public string? Sandbox { get; init; }
}
