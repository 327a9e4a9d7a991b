using System.Collections.Frozen;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.JobXml;

/// <summary>
/// Reads <c>job.xml</c>. Elements without a meaning in a sandbox are known and have none: <c>checkpoint_filename</c> (the machine is kept as a whole, at the
/// user's interval), <c>multi_process</c> (a suspended one stands as a whole), <c>priority</c> (it has the lowest), <c>forward_slashes</c> and
/// <c>enable_graphics_support</c>.
/// </summary>
internal static class WrapperJobReader
{
    /// <summary>The largest file that is read.</summary>
    public const int MostBytes = 1024 * 1024;

    private const string Root = "job_desc";
    private const int MostTasks = 1_000;

    // So many are told; a file that is something else has thousands.
    private const int MostUnknown = 20;

    private static readonly FrozenSet<string> OfTask = FrozenSet.Create(
        StringComparer.Ordinal, "application", "command_line", "stdin_filename", "stdout_filename", "stderr_filename", "checkpoint_filename", "fraction_done_filename", "weight", "setenv", "exec_dir",
        "multi_process", "append_cmdline_args", "time_limit", "priority", "forward_slashes", "daemon");

    /// <summary>Reads it.</summary>
    /// <exception cref="BoincException">There is none, or it is something else.</exception>
    public static WrapperJob Read(string path) => Of(BoincXml.ReadFile(path, Root, MostBytes));

    /// <summary>Of a text.</summary>
    /// <exception cref="BoincException">It is something else.</exception>
    public static WrapperJob Parse(string text) => Of(BoincXml.Parse(text, Root, "job.xml"));

    private static WrapperJob Of(XElement job)
    {
        var all = job.Elements("task").Take(MostTasks + 1).Select(Task).ToList();
        var tasks = all.Where(static each => !each.IsDaemon).Select(static each => each.Task).ToList();
        if (all.Count > MostTasks)
        {
            throw Wrong($"it has more than {MostTasks} tasks");
        }

        if (tasks.Count == 0)
        {
            throw Wrong("it names no task");
        }

        return new WrapperJob
        {
            Tasks = tasks,
            Daemons = [.. all.Where(static each => each.IsDaemon).Select(static each => each.Task)],
            UnzipInputs = [.. job.Elements("unzip_input").Elements("zipfilename").Select(static name => Name(name.Value, "zipfilename"))],
            ZipOutput = job.Element("zip_output") is { } zip ? Zip(zip) : null,
            Unknown = [.. job.Elements().Select(static element => element.Name.LocalName)
                .Where(static name => name is not ("task" or "unzip_input" or "zip_output" or "enable_graphics_support"))
                .Concat(job.Elements("task").Elements().Select(static element => element.Name.LocalName).Where(static name => !OfTask.Contains(name)).Select(static name => $"task/{name}"))
                .Distinct().Take(MostUnknown)],
        };
    }

    private static (WrapperTask Task, bool IsDaemon) Task(XElement task) => (
        new WrapperTask
        {
            Application = task.Demand("application"),
            CommandLine = task.Text("command_line") ?? "",
            StandardInput = Optional(task, "stdin_filename"),
            StandardOutput = Optional(task, "stdout_filename"),
            StandardError = Optional(task, "stderr_filename"),
            FractionDoneFile = Optional(task, "fraction_done_filename"),
            Weight = task.Number("weight", 1) is >= 0 and < 1e12 and var weight ? weight : throw Wrong("a <weight> is out of its range"),
            Environment = [.. task.Elements("setenv").Select(Variable)],
            Directory = task.Text("exec_dir") is { Length: > 0 } directory ? directory : null,
            AppendsArguments = task.Flag("append_cmdline_args"),
            TimeLimit = task.Number("time_limit") is >= 0 and < 3e9 and var limit ? limit > 0 ? TimeSpan.FromSeconds(limit) : null : throw Wrong("a <time_limit> is out of its range"),
        },
        task.Flag("daemon"));

    private static ZipOutput Zip(XElement zip) => new(Name(zip.Demand("zipfilename"), "zipfilename"), [.. zip.Elements("filename").Select(static pattern => Pattern(pattern.Value.Trim()))]);

    private static Regex Pattern(string text)
    {
        try
        {
            // The stock wrapper's syntax is ECMAScript's; a pattern that takes for ever on a hostile name ends with the time.
            return new Regex(text, RegexOptions.ECMAScript, TimeSpan.FromMilliseconds(100));
        }
        catch (ArgumentException e)
        {
            throw Wrong($"a <filename> of <zip_output> is no regular expression ({e.Message})");
        }
    }

    private static KeyValuePair<string, string> Variable(XElement setenv)
    {
        var text = setenv.Value.Trim();
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 ? new(text[..sign], text[(sign + 1)..]) : throw Wrong($"<setenv> is no NAME=VALUE: \"{(text.Length > 40 ? text[..40] : text)}\"");
    }

    private static string? Optional(XElement task, string name) => task.Text(name) is { Length: > 0 } text ? Name(text, name) : null;

    /// <summary>A logical name stays in the slot: what leads out of it would not be in the guest.</summary>
    private static string Name(string text, string element)
    {
        var name = text.Trim().Replace('\\', '/');
        // A colon is a drive or a stream on Windows.
        return RelativePath.Fault(name) is null && name != RelativePath.Root && !name.Contains(':', StringComparison.Ordinal)
            ? name
            : throw Wrong($"<{element}> does not name a file of the slot: \"{(name.Length > 80 ? name[..80] : name)}\"");
    }

    private static BoincException Wrong(string what) => new(SandboxErrorCode.BoincFileMalformed, $"job.xml is of no use: {what}.");
}
