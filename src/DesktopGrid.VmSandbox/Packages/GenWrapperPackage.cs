using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.Packages;

/// <summary>
/// A package of GenWrapper's, as BOINC gives it to a volunteer: several ordinary programs and a shell script that runs them. It becomes a job
/// unchanged: in the guest a command <c>boinc</c> answers the script, and a busybox is there in place of GenWrapper's own <c>gitbox</c>.
/// </summary>
/// <remarks>
/// The order is the launcher's: the application's archive is unpacked, <c>profile.sh</c> is read, then the script, by a shell that ends at the
/// first command that fails (<c>set -e</c>). The script's exit code is the job's. What it writes goes to <c>gw_stdout.txt</c> and
/// <c>gw_stderr.txt</c>, and at its end to the job's output, the lines of standard error with <c> &gt; </c> before them.
/// </remarks>
public sealed record GenWrapperPackage
{
    /// <summary>The script of a work unit that has no other name.</summary>
    internal const string DefaultScript = "wu_script.sh";

    /// <summary>
    /// The folder with the files of the package and of its work unit: <c>APPLICATION.zip</c>, <c>profile.sh</c>, <c>wu_script.sh</c> and the inputs, of which none
    /// must be there but a script. All go in, but for the launcher. At most 10,000 files, and no links.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>The application's name, which its launcher and its archive bear; null (default) for the folder's only <c>.zip</c>, if there is one.</summary>
    public string? Application { get; init; }

    /// <summary>The work unit's arguments. Where there is no <c>wu_script.sh</c> the first names the script. Default none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>A file of the host that the script reads as its standard input; null (default) for nothing.</summary>
    public string? StandardInput { get; init; }

    /// <summary>
    /// Reads the package and makes a job of it, to which the caller adds outputs, limits and machine. The archive is judged before any guest sees it: its
    /// paths, and by unpacking it into nothing its sizes, at most 2 GiB in 10,000 files. Nothing is written. The job has the files' paths, and opens them when it runs:
    /// until then nobody may write into the folder whom this process does not trust, or a link put there would take a file of the host into the guest.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job.</returns>
    /// <exception cref="JobException">The package has faults (<c>JobInvalid</c>), or a file cannot be read (<c>JobInputUnreadable</c>).</exception>
    public async Task<SandboxJob> ToJobAsync(CancellationToken cancellationToken = default)
    {
        var files = PackageFolder.Files(Folder, cancellationToken);
        var archive = ArchiveIn(files);
        var packed = archive is null ? [] : await ApplicationArchive.ReadAsync(Path.Combine(Folder, archive), cancellationToken).ConfigureAwait(false);
        var script = ScriptAmong(files.Union(packed).ToHashSet(StringComparer.Ordinal));
        // The launcher is of no use: what it does, the guest does.
        var launcher = Path.GetFileNameWithoutExtension(archive);
        return new SandboxJob
        {
            Program = "/bin/sh",
            Arguments = LaunchScript.Arguments(archive, script, Arguments is [var first, ..] && Plain(first) == script ? Arguments.Skip(1) : Arguments),
            StandardInput = StandardInput,
            // Windows keeps no mark of what may be run, and a file that may be and never is does no harm.
            Inputs = [.. files.Where(path => path != launcher).Select(path => JobFile.FromHost(Path.Combine(Folder, path), path, isExecutable: true))],
        };
    }

    private static string Plain(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;

    private string? ArchiveIn(IReadOnlyCollection<string> files)
    {
        if (Application is not null)
        {
            return files.Contains($"{Application}.zip") ? $"{Application}.zip" : null;
        }

        var archives = files.Where(static path => path.EndsWith(".zip", StringComparison.Ordinal) && !path.Contains('/')).ToList();
        return archives.Count <= 1 ? archives.FirstOrDefault() : throw JobException.Invalid($"The package {Folder} has several archives ({string.Join(", ", archives.Take(3))}); name its {nameof(Application)}.");
    }

    private string ScriptAmong(HashSet<string> paths)
    {
        if (paths.Contains(DefaultScript))
        {
            return DefaultScript;
        }

        return Arguments is [var first, ..] && paths.Contains(Plain(first)) ? Plain(first)
            : throw JobException.Invalid($"The package {Folder} has no script: there is no {DefaultScript}, and its first argument names no file of it.");
    }
}
