using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>What a volunteer sets in the client before it starts.</summary>
internal sealed record ClientOptions
{
    /// <summary>Percent; below 100 the client throttles by suspending and resuming.</summary>
    public double CpuUsageLimit { get; init; } = 100;

    /// <summary>The user's least seconds between two checkpoints.</summary>
    public int CheckpointSeconds { get; init; } = 2;

    /// <summary>Percent of this computer's memory that tasks may use.</summary>
    public double MemoryPercent { get; init; } = 90;

    public double DiskGigabytes { get; init; } = 50;

    /// <summary>The size of the disk that the slots lie on; null for the one of the data directory.</summary>
    public int? SlotsKibibytes { get; init; }

    /// <summary>Files for the project's folder, before the client starts: an anonymous platform.</summary>
    public IReadOnlyList<Projects.AppFile> ProjectFiles { get; init; } = [];

    /// <summary>The text of global_prefs_override.xml.</summary>
    public string ToPreferences() => string.Create(CultureInfo.InvariantCulture, $"""
        <global_preferences>
        <run_on_batteries>1</run_on_batteries>
        <run_if_user_active>1</run_if_user_active>
        <suspend_cpu_usage>0</suspend_cpu_usage>
        <leave_apps_in_memory>1</leave_apps_in_memory>
        <work_buf_min_days>0.01</work_buf_min_days>
        <work_buf_additional_days>0</work_buf_additional_days>
        <max_ncpus_pct>100</max_ncpus_pct>
        <cpu_usage_limit>{CpuUsageLimit}</cpu_usage_limit>
        <disk_interval>{CheckpointSeconds}</disk_interval>
        <disk_max_used_gb>{DiskGigabytes}</disk_max_used_gb>
        <disk_max_used_pct>100</disk_max_used_pct>
        <disk_min_free_gb>0</disk_min_free_gb>
        <ram_max_used_busy_pct>{MemoryPercent}</ram_max_used_busy_pct>
        <ram_max_used_idle_pct>{MemoryPercent}</ram_max_used_idle_pct>
        <vm_max_used_pct>100</vm_max_used_pct>
        </global_preferences>

        """);

    /// <summary>The text of cc_config.xml: no measuring of the processor, tasks that other tests cannot starve, and a log that tells what is said to tasks.</summary>
    public static string ToConfiguration() => """
        <cc_config>
        <log_flags>
        <task_debug>1</task_debug>
        <sched_op_debug>1</sched_op_debug>
        <file_xfer_debug>1</file_xfer_debug>
        <app_msg_send>1</app_msg_send>
        <mem_usage_debug>1</mem_usage_debug>
        </log_flags>
        <options>
        <skip_cpu_benchmarks>1</skip_cpu_benchmarks>
        <no_priority_change>1</no_priority_change>
        </options>
        </cc_config>

        """;
}
