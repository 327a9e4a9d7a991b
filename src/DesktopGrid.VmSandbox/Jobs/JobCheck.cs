using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Jobs;

/// <summary>Finds the faults of a job's description before anything is made: each gets one sentence.</summary>
internal static class JobCheck
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(365);

    public static void Demand(SandboxJob job)
    {
        Program(job);
        Limits(job.Limits);
        if (job.Directory is not null)
        {
            GuestPath(job.Directory, "The start folder");
        }

        foreach (var (name, value) in job.Environment)
        {
            Require(name.Length > 0 && !name.AsSpan().ContainsAny('=', '\0') && !value.Contains('\0'), $"The environment variable \"{TextTail.Clean(name)}\" has a NUL in it, or an '=' in its name, or no name.");
        }

        Require(!job.Arguments.Any(static argument => argument.Contains('\0')), "An argument has a NUL in it.");
        Inputs(job);
        Outputs(job);
    }

    private static void Program(SandboxJob job)
    {
        Require(!string.IsNullOrEmpty(job.Program), "The job names no program.");
        if (job.Program[0] == '/')
        {
            Require(!job.Program.Contains('\0'), "The program's path has a NUL in it.");
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
        Require(limits.StandardOutputBytes is >= 0 and <= 1L << 30, "The standard output limit must lie between 0 and 1 GiB.");
        Require(limits.OutputFileBytes is >= 0 and <= 1L << 44, "The output file limit must lie between 0 and 16 TiB.");

        static bool Fits(TimeSpan time) => time >= TimeSpan.FromSeconds(1) && time <= LongestTime;
    }

    private static void Inputs(SandboxJob job)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in job.Inputs)
        {
            GuestPath(input.Path, "An input");
            Require(input.Path != RelativePath.Root, "An input must name a file, not the work directory.");
            Require(seen.Add(input.Path), $"Two inputs go to \"{TextTail.Clean(input.Path)}\".");
            if (input.HostPath is not null)
            {
                Readable(input.HostPath);
            }
        }

        if (job.StandardInput is not null)
        {
            Readable(job.StandardInput);
        }
    }

    private static void Outputs(SandboxJob job)
    {
        var seen = new HashSet<string>(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var output in job.Outputs)
        {
            GuestPath(output.Path, "An output");
            Require(output.Path != RelativePath.Root, "An output must name a file, not the work directory.");
            Require(!string.IsNullOrEmpty(output.HostPath), $"The output \"{TextTail.Clean(output.Path)}\" names no file of the host.");
            Require(seen.Add(Path.GetFullPath(output.HostPath)), $"Two outputs go to {output.HostPath}.");
            Require(!System.IO.Directory.Exists(output.HostPath), $"The output's file {output.HostPath} is a folder.");
        }
    }

    /// <summary>Opened, not only looked at: rights differ from what a listing shows.</summary>
    private static void Readable(string path)
    {
        try
        {
            using var file = JobTransfers.OpenInput(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw JobException.Invalid($"The input {path} cannot be read: {e.Message}", SandboxErrorCode.JobInputUnreadable, e);
        }
    }

    private static void GuestPath(string path, string what)
    {
        if (RelativePath.Fault(path) is { } fault)
        {
            throw JobException.Invalid($"{what} has the path \"{TextTail.Clean(path)}\". {fault}");
        }
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw JobException.Invalid(sentence);
        }
    }
}
