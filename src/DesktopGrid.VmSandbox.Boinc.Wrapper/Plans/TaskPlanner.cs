using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.JobXml;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

/// <summary>Makes the plan of options, arguments, <c>job.xml</c> and what stands in the slot.</summary>
internal sealed class TaskPlanner(VersionFiles versionFiles, WrapperOptions options, WrapperArguments arguments, AppInitData? initData)
{
    private const int MostCpus = 64;

    /// <summary>The client has a program find the libraries of its app version beside it (client/app_start.cpp); here they are in the work directory.</summary>
    private static readonly IReadOnlyDictionary<string, string> Libraries = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = GuestPaths.Work };

    /// <summary>Makes it.</summary>
    /// <param name="files">The slot's files.</param>
    /// <exception cref="BoincException">The job or the options ask for what is not there.</exception>
    public TaskPlan Make(IReadOnlyList<SlotFile> files)
    {
        if (initData?.GpuDevice is not null)
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, "The client gives this task a GPU: there is none in a sandbox.");
        }

        return options.Payload is { } payload ? OfPayload(payload) : OfJob(options.Job ?? SlotFiles.Job, files);
    }

    private TaskPlan OfPayload(string payload)
    {
        var program = versionFiles.Demand(payload, "vmsandbox.xml names the program");
        return new TaskPlan
        {
            Tasks = [new PlannedTask { Name = payload, Arguments = arguments.Before, Environment = Libraries }],
            Programs = [payload],
            HasApi = options.HasApi ?? ApiMark.IsIn(program),
            VirtualCpus = Cpus(threads: null),
        };
    }

    private TaskPlan OfJob(string name, IReadOnlyList<SlotFile> files)
    {
        // A work unit may bring it: its programs are files of the app version all the same.
        var job = WrapperJobReader.Read(files.FirstOrDefault(file => file.LogicalName == name && !file.IsOutput)?.PhysicalPath
            ?? throw new BoincException(SandboxErrorCode.BoincFileMissing, $"There is no {name} in the slot, and no vmsandbox.xml that names a <payload>: nothing says what to run."));
        var stock = arguments.Stock();
        var cpus = Cpus(stock.Threads);
        var macros = new JobMacros(GuestPaths.Of(GuestPaths.Project), GuestPaths.Work, cpus);
        var beside = job.Daemons.Select(daemon => Beside(daemon, macros, stock)).ToList();
        return new TaskPlan
        {
            Tasks = [.. job.Tasks.Select(task => Planned(task, macros, stock) with { Beside = beside })],
            Programs = [.. job.Tasks.Concat(job.Daemons).Select(task => Program(task)).Distinct()],
            IsJob = true,
            WantsProject = job.Tasks.Concat(job.Daemons).Any(static task => JobMacros.NamesProject(task.Application) || JobMacros.NamesProject(task.CommandLine)
                || JobMacros.NamesProject(task.Directory) || task.Environment.Any(static each => JobMacros.NamesProject(each.Value))),
            UnzipInputs = job.UnzipInputs,
            ZipOutput = job.ZipOutput,
            TricklePeriod = stock.TricklePeriod,
            VirtualCpus = cpus,
            Notes = [.. job.Unknown.Select(static element => $"job.xml: the element <{element}> is unknown, and passed over")],
        };
    }

    private PlannedTask Planned(WrapperTask task, JobMacros macros, StockArguments stock)
    {
        var directory = task.Directory is null ? null : GuestPaths.Relative(macros.Expand(task.Directory));
        if (task.Directory is not null && (directory is null || RelativePath.Fault(directory) is not null))
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"job.xml has an <exec_dir> outside the slot: {task.Directory}.");
        }

        return new PlannedTask
        {
            Name = Program(task),
            Arguments = [.. ArgumentText.Split(macros.Expand(task.CommandLine)), .. task.AppendsArguments ? stock.Passed : []],
            Environment = Variables(task, macros),
            Directory = directory == RelativePath.Root ? null : directory,
            Streams = (task.StandardInput, task.StandardOutput, task.StandardError),
            FractionDoneFile = task.FractionDoneFile,
            Weight = task.Weight,
            TimeLimit = task.TimeLimit,
        };
    }

    /// <summary>A daemon's variables are set by a shell.</summary>
    private PlannedTask Beside(WrapperTask daemon, JobMacros macros, StockArguments stock)
    {
        var planned = Planned(daemon, macros, stock);
        return planned.Environment.Keys.FirstOrDefault(static name => !ShellLine.IsVariable(name)) is { } name
            ? throw new BoincException(SandboxErrorCode.BoincUnsupported, $"job.xml has a <setenv> for the daemon {planned.Name} that no shell can set: {name}.")
            : planned;
    }

    private static Dictionary<string, string> Variables(WrapperTask task, JobMacros macros)
    {
        var found = new Dictionary<string, string>(Libraries, StringComparer.Ordinal);
        foreach (var (name, value) in task.Environment)
        {
            found[name] = macros.Expand(value);
        }

        return found;
    }

    /// <summary>
    /// The program of a job, which must be of the app version where the client tells what that is: a work unit that brings a program of its own would have
    /// it run unsigned (samples/wrapper/wrapper.cpp, "check_executables").
    /// </summary>
    private string Program(WrapperTask task)
    {
        var name = task.Application.Replace("$PROJECT_DIR/", "", StringComparison.Ordinal).Replace('\\', '/');
        versionFiles.Demand(name, "job.xml names the program");
        return name;
    }

    private int Cpus(int? threads) => options.VirtualCpus ?? threads ?? (int)Math.Clamp(Math.Ceiling(initData?.Processors ?? 1), 1, MostCpus);
}
