using System.Text.Json;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Jobs;

/// <summary>Reads a job from a JSON file. Relative paths of the host are meant from the file's own folder, so that a job can be moved with it.</summary>
internal static class JobFileReader
{
    /// <summary>A job is a description; what is larger is something else.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">The file is no job.</exception>
    public static SandboxJob Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes(file), Strict);
            return Job(new JobSection(document.RootElement, ""), Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        catch (JsonException e)
        {
            // A key that stands twice has no line.
            var place = e.LineNumber is { } line ? $"is not JSON, at line {line + 1}" : "is wrong";
            throw new UsageException($"The job file {file} {place}: {Printable.Line(e.Message.Split(". ")[0].TrimEnd('.'))}.");
        }
        catch (InvalidOperationException)
        {
            // What a text of half a surrogate pair, or of bytes that are no UTF-8, ends in when it is taken out.
            throw new UsageException($"The job file {file} is wrong: it holds a text that is no valid Unicode.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"The job file {file} cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The job file {file} cannot be read: {e.Message}");
        }
    }

    /// <summary>The whole file, whatever its length claims: a pipe has none, and a device may never end.</summary>
    private static ReadOnlyMemory<byte> Bytes(string file)
    {
        if (Directory.Exists(file))
        {
            throw new UsageException($"The job file {file} is a folder.", "Name the JSON file that describes the job.");
        }

        using var stream = File.OpenRead(file);
        using var bytes = new MemoryStream();
        var block = new byte[64 * 1024];
        for (int read; (read = stream.Read(block)) > 0;)
        {
            bytes.Write(block, 0, read);
            if (bytes.Length > MaxBytes)
            {
                throw new UsageException($"The job file {file} is larger than {MaxBytes / 1024 / 1024} MiB.");
            }
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static SandboxJob Job(JobSection section, string folder)
    {
        var job = new SandboxJob
        {
            Program = section.Text("program") ?? throw section.Fault("program", "is missing"),
            Arguments = section.Texts("arguments"),
            Environment = section.Pairs("environment"),
            Directory = section.Text("directory"),
            StandardInput = section.Text("standardInput") switch
            {
                null => null,
                StandardInputSpool.OwnName => StandardInputSpool.OwnName,
                var path => Path.Combine(folder, path),
            },
            Inputs = [.. section.Sections("inputs").Select(input => Input(input, folder))],
            Outputs = [.. section.Sections("outputs").Select(output => Output(output, folder))],
            Limits = Limits(section.Section("limits")),
            FractionDone = Fraction(section.Section("fractionDone")),
            Machine = Machine(section.Section("machine")),
        };
        section.Finish();
        return job;
    }

    private static JobFile Input(JobSection section, string folder)
    {
        var (host, text, path, executable) = (section.Text("host"), section.Text("text"), section.Text("path"), section.Switch("executable"));
        section.Finish();
        return (host, text) switch
        {
            (not null, null) => FilePairs.FromHost(Path.Combine(folder, host), path, executable),
            (null, not null) => JobFile.FromText(path ?? throw section.Fault("path", "is missing"), text, executable ?? false),
            _ => throw section.Fault("", "must have either \"host\" or \"text\""),
        };
    }

    private static JobOutput Output(JobSection section, string folder)
    {
        var path = section.Text("path") ?? throw section.Fault("path", "is missing");
        var (host, optional) = (section.Text("host"), section.Switch("optional"));
        section.Finish();
        return new JobOutput(path, Path.Combine(folder, host ?? path.Split('/')[^1]), optional ?? false);
    }

    private static JobLimits Limits(JobSection? section)
    {
        var defaults = new JobLimits();
        if (section is null)
        {
            return defaults;
        }

        var limits = defaults with
        {
            WallTime = section.Quantity<TimeSpan>("wallTime", Quantities.Duration, Quantities.DurationForm),
            CpuTime = section.Quantity<TimeSpan>("cpuTime", Quantities.Duration, Quantities.DurationForm),
            CpuSharePercent = section.Whole("cpuSharePercent"),
            Processes = section.Whole("processes"),
            DiskBytes = section.Quantity<long>("diskBytes", Quantities.Size, Quantities.SizeForm),
            StandardOutputBytes = section.Quantity<long>("standardOutputBytes", Quantities.Size, Quantities.SizeForm) ?? defaults.StandardOutputBytes,
            OutputFileBytes = section.Quantity<long>("outputFileBytes", Quantities.Size, Quantities.SizeForm) ?? defaults.OutputFileBytes,
        };
        section.Finish();
        return limits;
    }

    private static FractionDoneSource Fraction(JobSection? section)
    {
        var source = new FractionDoneSource { File = section?.Text("file"), OutputPattern = section?.Text("outputPattern") };
        section?.Finish();
        return source;
    }

    private static VmOptions Machine(JobSection? section)
    {
        var defaults = new VmOptions();
        if (section is null)
        {
            return defaults;
        }

        var machine = defaults with
        {
            Image = section.Text("image"),
            Layers = section.Texts("layers"),
            MemoryMiB = section.Whole("memoryMiB") ?? defaults.MemoryMiB,
            VirtualCpus = section.Whole("virtualCpus") ?? defaults.VirtualCpus,
            KeepLog = section.Quantity<TimeSpan>("keepLog", Quantities.Duration, Quantities.DurationForm) ?? defaults.KeepLog,
            BootTimeout = section.Quantity<TimeSpan>("bootTimeout", Quantities.Duration, Quantities.DurationForm) ?? defaults.BootTimeout,
            WarmStart = section.Switch("warmStart") ?? defaults.WarmStart,
            ShareMemory = section.Switch("shareMemory") ?? defaults.ShareMemory,
            Labels = section.Pairs("labels"),
        };
        section.Finish();
        return machine;
    }
}
