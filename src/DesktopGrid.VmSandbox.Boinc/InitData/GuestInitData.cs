using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace DesktopGrid.VmSandbox.Boinc.InitData;

/// <summary>
/// Writes the <c>init_data.xml</c> that a program inside the guest reads: what it computes with, and nothing of the account, the user, the host, its
/// network or its paths. Made anew from the fields that are known, so that a field which a later client adds does not leak.
/// </summary>
internal static class GuestInitData
{
    /// <summary>What stands for the client there: the guest's first process, which lives as long as the guest. The library asks only whether it exists.</summary>
    public const int ClientProcess = 1;

    /// <summary>Makes it.</summary>
    /// <param name="data">What the client has told.</param>
    /// <param name="virtualCpus">Processors of the guest.</param>
    /// <param name="memoryMiB">Its memory.</param>
    /// <param name="workDirectory">Where the slot is inside the guest, absolute.</param>
    /// <param name="projectDirectory">Where the files of the app version are inside the guest, absolute.</param>
    public static string Write(AppInitData data, int virtualCpus, int memoryMiB, string workDirectory, string projectDirectory)
    {
        var element = new XElement(
            "app_init_data",
            Of("major_version", data.ClientVersion.Major),
            Of("minor_version", data.ClientVersion.Minor),
            Of("release", data.ClientVersion.Build),
            Of("app_version", data.AppVersion),
            Of("app_name", data.AppName),
            Of("plan_class", data.PlanClass),
            Of("userid", 0),
            Of("teamid", 0),
            Of("hostid", 0),
            new XElement("project_dir", projectDirectory),
            new XElement("boinc_dir", workDirectory),
            Of("wu_name", data.WorkUnit),
            Of("result_name", data.Result),
            Of("shm_key", -1),
            Of("slot", 0),
            Of("client_pid", ClientProcess),
            Of("wu_cpu_time", data.EarlierCpuTime.TotalSeconds),
            Of("starting_elapsed_time", data.EarlierElapsedTime.TotalSeconds),
            Of("using_sandbox", 0),
            Of("vm_extensions_disabled", 1),
            Of("checkpoint_period", data.CheckpointPeriod.TotalSeconds),
            Of("fraction_done_start", data.FractionDone.Start),
            Of("fraction_done_end", data.FractionDone.End),
            Of("gpu_device_num", -1),
            Of("gpu_opencl_dev_index", -1),
            Of("gpu_usage", 0),
            Of("ncpus", virtualCpus),
            Of("rsc_fpops_est", data.OperationsEstimate),
            Of("rsc_fpops_bound", data.OperationsBound),
            Of("rsc_memory_bound", data.MemoryBound),
            Of("rsc_disk_bound", data.DiskBound),
            Of("computation_deadline", data.Deadline?.ToUnixTimeSeconds() ?? 0),
            Of("vbox_window", 0),
            Of("no_priority_change", 1),
            Of("process_priority", -1),
            Of("process_priority_special", -1),
            new XElement("host_info", Of("p_ncpus", virtualCpus), Of("m_nbytes", memoryMiB * 1024.0 * 1024)),
            new XElement("global_preferences", Of("disk_interval", data.CheckpointPeriod.TotalSeconds), Of("max_ncpus_pct", 100), Of("cpu_usage_limit", 100)),
            data.AppFiles.Select(static file => Of("app_file", file)));
        // The library reads line by line: an element a line, as the client writes it.
        return element.ToString() + "\n";
    }

    // A name may hold what XML cannot say.
    private static XElement Of(string name, string value) => new(name, string.Concat(value.Where(static letter => XmlConvert.IsXmlChar(letter))));

    private static XElement Of(string name, double value) => new(name, value.ToString("F6", CultureInfo.InvariantCulture));

    private static XElement Of(string name, int value) => new(name, value.ToString(CultureInfo.InvariantCulture));

    private static XElement Of(string name, long value) => new(name, value.ToString(CultureInfo.InvariantCulture));
}
