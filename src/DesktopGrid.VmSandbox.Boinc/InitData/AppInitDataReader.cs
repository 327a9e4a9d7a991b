using System.Xml.Linq;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.InitData;

/// <summary>Reads <c>init_data.xml</c>, which the client writes before each start and in place when preferences change.</summary>
internal static class AppInitDataReader
{
    /// <summary>The largest file that is read: preferences and a few dozen names take some kilobytes.</summary>
    public const int MostBytes = 1024 * 1024;

    private const string Root = "app_init_data";

    // What a project's preferences hold is the project's, and its own web pages wrote it.
    private const string Foreign = "project_preferences";

    /// <summary>Reads it.</summary>
    /// <exception cref="BoincException">There is none, or it is something else.</exception>
    public static AppInitData Read(string path) => Of(BoincXml.ReadFile(path, Root, MostBytes, Foreign));

    /// <summary>Of a text.</summary>
    /// <exception cref="BoincException">It is something else.</exception>
    public static AppInitData Parse(string text) => Of(BoincXml.Parse(text, Root, "init_data.xml", Foreign));

    private static AppInitData Of(XElement data) => new()
    {
        ClientVersion = new Version(Count(data, "major_version"), Count(data, "minor_version"), Count(data, "release")),
        AppName = data.Text("app_name") ?? "",
        AppVersion = data.Whole("app_version"),
        PlanClass = data.Text("plan_class") ?? "",
        WorkUnit = data.Text("wu_name") ?? "",
        Result = data.Demand("result_name"),
        ProjectDirectory = data.Demand("project_dir"),
        DataDirectory = data.Demand("boinc_dir"),
        Slot = Count(data, "slot"),
        ClientProcess = Count(data, "client_pid"),
        SharedMemoryKey = data.Whole("shm_key", -1),
        SharedMemoryName = data.Text("comm_obj_name") is { Length: > 0 } name ? name : null,
        EarlierCpuTime = Seconds(data, "wu_cpu_time"),
        EarlierElapsedTime = Seconds(data, "starting_elapsed_time"),
        CheckpointPeriod = Seconds(data, "checkpoint_period", otherwise: 60),
        Processors = Bounded(data, "ncpus", 1),
        GpuDevice = data.Text("gpu_type") is { Length: > 0 } ? data.Whole("gpu_device_num", -1) : null,
        MemoryBound = Bounded(data, "rsc_memory_bound"),
        DiskBound = Bounded(data, "rsc_disk_bound"),
        OperationsEstimate = Bounded(data, "rsc_fpops_est"),
        OperationsBound = Bounded(data, "rsc_fpops_bound"),
        Deadline = data.Number("computation_deadline") is > 0 and < 253402300799 and var deadline ? DateTimeOffset.FromUnixTimeSeconds((long)deadline) : null,
        FractionDone = (data.Number("fraction_done_start"), data.Number("fraction_done_end", 1)),
        KeepsPriority = data.Flag("no_priority_change"),
        Priority = data.Whole("process_priority", -1) is >= 0 and var priority ? priority : null,
        AppFiles = [.. data.Elements("app_file").Select(static file => file.Value.Trim())],
    };

    private static int Count(XElement data, string name) => data.Whole(name) is >= 0 and var value ? value : throw Wrong(name);

    private static double Bounded(XElement data, string name, double otherwise = 0) => data.Number(name, otherwise) is >= 0 and var value ? value : throw Wrong(name);

    // A century; more is no time that a task runs, and would not fit where it is used.
    private static TimeSpan Seconds(XElement data, string name, double otherwise = 0) =>
        data.Number(name, otherwise) is >= 0 and < 3e9 and var value ? TimeSpan.FromSeconds(value) : throw Wrong(name);

    private static BoincException Wrong(string name) => new(SandboxErrorCode.BoincFileMalformed, $"<{name}> in init_data.xml is out of its range.");
}
