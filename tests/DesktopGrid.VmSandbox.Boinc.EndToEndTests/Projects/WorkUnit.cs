using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>An output of a work unit: the name that the upload carries, and the one in the slot.</summary>
internal sealed record OutputFile(string Name, string OpenName, bool IsCopied = false);

/// <summary>One piece of work; its only result has its name with "_0" behind.</summary>
internal sealed record WorkUnit(string Name, string AppName)
{
    public string ResultName => Name + "_0";

    public IReadOnlyList<AppFile> Inputs { get; init; } = [];

    public IReadOnlyList<OutputFile> Outputs { get; init; } = [];

    public string CommandLine { get; init; } = "";

    public double FpopsEstimate { get; init; } = 1e12;

    public double FpopsBound { get; init; } = 1e15;

    public double MemoryBound { get; init; } = 1e9;

    public double DiskBound { get; init; } = 1e10;

    public TimeSpan Deadline { get; init; } = TimeSpan.FromDays(2);

    public string ToElement()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<workunit>\n<name>{Name}</name>\n<app_name>{AppName}</app_name>\n");
        text.Append(CultureInfo.InvariantCulture, $"<rsc_fpops_est>{FpopsEstimate}</rsc_fpops_est>\n<rsc_fpops_bound>{FpopsBound}</rsc_fpops_bound>\n");
        text.Append(CultureInfo.InvariantCulture, $"<rsc_memory_bound>{MemoryBound}</rsc_memory_bound>\n<rsc_disk_bound>{DiskBound}</rsc_disk_bound>\n");
        text.Append(CultureInfo.InvariantCulture, $"<command_line>{CommandLine}</command_line>\n");
        foreach (var input in Inputs)
        {
            text.Append(input.ToReference());
        }

        return text.Append("</workunit>\n").ToString();
    }

    /// <summary>The element of its result, for a version.</summary>
    public string ToResultElement(AppVersion version, string platform)
    {
        var text = new StringBuilder();
        var deadline = DateTimeOffset.UtcNow + Deadline;
        text.Append(CultureInfo.InvariantCulture, $"<result>\n<name>{ResultName}</name>\n<wu_name>{Name}</wu_name>\n<report_deadline>{deadline.ToUnixTimeSeconds()}</report_deadline>\n");
        text.Append(CultureInfo.InvariantCulture, $"<platform>{platform}</platform>\n<version_num>{version.VersionNumber}</version_num>\n<plan_class>{version.PlanClass}</plan_class>\n<report_immediately/>\n");
        foreach (var output in Outputs)
        {
            text.Append(CultureInfo.InvariantCulture, $"<file_ref>\n<file_name>{output.Name}</file_name>\n<open_name>{output.OpenName}</open_name>\n{(output.IsCopied ? "<copy_file/>\n" : "")}</file_ref>\n");
        }

        return text.Append("</result>\n").ToString();
    }
}
