using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Jobs.Running;

/// <summary>Finds the faults of a job's description, and of the files that it names, before anything is made: each gets one sentence.</summary>
internal static class JobCheck
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(365);

    // Linux, include/linux/threads.h: PID_MAX_LIMIT.
    private const int MostProcesses = 4 * 1024 * 1024;

    // A guest that has only booted takes a part of it.
    private const long LeastDisk = 16L * 1024 * 1024;

    /// <param name="job">The description.</param>
    /// <param name="fileNames">How the host compares file names.</param>
    public static void Demand(SandboxJob job, StringComparer fileNames)
    {
        Given(job);
        Texts(job);
        Program(job);
        Limits(job.Limits);
        if (job.Directory is not null)
        {
            GuestPath(job.Directory, "The start folder");
        }

        foreach (var name in job.Environment.Keys)
        {
            Require(name.Length > 0 && !name.Contains('='), $"The environment variable \"{TextTail.Clean(name)}\" has an '=' in its name, or no name.");
        }

        Fraction(job.FractionDone);
        Require(!job.Machine.OutlivesHost, "A job's machine ends with its host process: Machine.OutlivesHost must be false.");
        Inputs(job);
        Outputs(job, fileNames);
    }

    /// <summary>Demands that the host's files can be read. Opened, not only looked at: rights differ from what a listing shows.</summary>
    public static async Task DemandReadableAsync(SandboxJob job, CancellationToken cancellationToken)
    {
        foreach (var path in job.Inputs.Select(static input => input.HostPath).Append(job.StandardInput).OfType<string>())
        {
            // The operating system would say that access is denied.
            Require(!System.IO.Directory.Exists(path), $"The input {path} is a folder; name its files one by one.");
            var file = await JobInputs.OpenAsync(path, cancellationToken).ConfigureAwait(false);
            await using var scope = file.ConfigureAwait(false);
            // What such a one gives, it gives once: this look at it may have been the last.
            Require(file.CanSeek, $"The input {path} is a pipe or a device, and must be a file.");
        }
    }

    /// <summary>What the compiler warns of, and a caller without nullable types is not warned of.</summary>
    private static void Given(SandboxJob job)
    {
        Holds(job.Arguments, nameof(SandboxJob.Arguments));
        Holds(job.Environment?.Values, nameof(SandboxJob.Environment));
        Holds(job.Inputs, nameof(SandboxJob.Inputs));
        Holds(job.Outputs, nameof(SandboxJob.Outputs));
        Require(job.Limits is not null, $"The job's {nameof(SandboxJob.Limits)} must not be null; leave it out for the defaults.");
        Require(job.FractionDone is not null, $"The job's {nameof(SandboxJob.FractionDone)} must not be null; leave it out for the defaults.");
        Require(job.Machine is not null, $"The job's {nameof(SandboxJob.Machine)} must not be null; leave it out for the defaults.");

        static void Holds(IEnumerable<object?>? values, string name) => Require(
            values is not null && !values.Contains(null),
            $"The job's {name} must not be null and hold no null; leave it out for none.");
    }

    /// <summary>Texts travel as UTF-8 and end with a NUL: half a surrogate pair, or a NUL, would arrive as something else.</summary>
    private static void Texts(SandboxJob job)
    {
        All("An argument", job.Arguments);
        All("An environment variable", job.Environment.Keys.Concat(job.Environment.Values));
        All("A label", job.Machine.Labels?.SelectMany(static label => (string?[])[label.Key, label.Value]) ?? []);
        All("The program's path", [job.Program]);
        All("A path of the host", [.. job.Inputs.Select(static input => input.HostPath), .. job.Outputs.Select(static output => output.HostPath), job.StandardInput]);

        static void All(string what, IEnumerable<string?> texts)
        {
            foreach (var text in texts.OfType<string>())
            {
                Require(!text.Contains('\0'), $"{what} has a NUL in it.");
                Require(IsUnicode(text), $"{what} is no valid Unicode.");
            }
        }
    }

    private static void Program(SandboxJob job)
    {
        Require(!string.IsNullOrEmpty(job.Program), "The job names no program.");
        if (job.Program[0] == '/')
        {
            return;
        }

        GuestPath(job.Program, "The program");
        Require(
            job.Inputs.Any(input => input.Path == job.Program),
            $"The program \"{TextTail.Clean(job.Program)}\" is none of the inputs; name an input, or a program of the guest by its absolute path (/bin/sh).");
    }

    private static void Limits(JobLimits limits)
    {
        Require(limits.WallTime is null || Fits(limits.WallTime.Value), "The wall time limit must lie between 1 s and 365 d.");
        Require(limits.CpuTime is null || Fits(limits.CpuTime.Value), "The CPU time limit must lie between 1 s and 365 d.");
        Require(limits.CpuSharePercent is null or (>= 5 and <= 100), "The CPU share must lie between 5 and 100 per cent.");
        Require(limits.Processes is null or (>= 1 and <= MostProcesses), "The limit of processes must lie between 1 and 4194304.");
        Require(limits.DiskBytes is null or (>= LeastDisk and <= 1L << 44), "The disk limit must lie between 16 MiB and 16 TiB.");
        Require(limits.StandardOutputBytes is >= 0 and <= 1L << 30, "The standard output limit must lie between 0 and 1 GiB.");
        Require(limits.OutputFileBytes is >= 0 and <= 1L << 44, "The output file limit must lie between 0 and 16 TiB.");

        static bool Fits(TimeSpan time) => time >= TimeSpan.FromSeconds(1) && time <= LongestTime;
    }

    private static void Fraction(FractionDoneSource source)
    {
        if (source.File is not null)
        {
            GuestPath(source.File, "The file of the fraction done");
        }

        if (source.OutputPattern is not null)
        {
            Require(Groups(source.OutputPattern) is 1 or 2, "The pattern of the fraction done must be a regular expression that needs no backtracking, with one group or two.");
        }

        static int Groups(string pattern)
        {
            try
            {
                return FractionLines.Compile(pattern).GetGroupNumbers().Length - 1;
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                return 0;
            }
        }
    }

    private static void Inputs(SandboxJob job)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in job.Inputs)
        {
            GuestPath(input.Path, "An input");
            Require(input.Path != RelativePath.Root, "An input must name a file, not the work directory.");
            Require(seen.Add(input.Path), $"Two inputs go to \"{TextTail.Clean(input.Path)}\".");
        }

        foreach (var path in seen)
        {
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                Require(!seen.Contains(path[..slash]), $"The input \"{TextTail.Clean(path)}\" goes into a folder that is another input's file.");
            }
        }
    }

    private static void Outputs(SandboxJob job, StringComparer fileNames)
    {
        var seen = new HashSet<string>(fileNames);
        foreach (var output in job.Outputs)
        {
            GuestPath(output.Path, "An output");
            Require(output.Path != RelativePath.Root, "An output must name a file, not the work directory.");
            Require(!string.IsNullOrEmpty(output.HostPath), $"The output \"{TextTail.Clean(output.Path)}\" names no file of the host.");
            Require(seen.Add(Path.GetFullPath(output.HostPath)), $"Two outputs go to {output.HostPath}.");
            Require(!System.IO.Directory.Exists(output.HostPath), $"The output's file {output.HostPath} is a folder.");
        }
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    private static void GuestPath(string? path, string what)
    {
        Require(path is not null, $"{what} has no path.");
        if (RelativePath.Fault(path) is { } fault)
        {
            throw JobException.Invalid($"{what} has the path \"{TextTail.Clean(path)}\". {fault}");
        }
    }

    private static void Require([DoesNotReturnIf(false)] bool holds, string sentence)
    {
        if (!holds)
        {
            throw JobException.Invalid(sentence);
        }
    }
}
