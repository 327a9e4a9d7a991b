using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>One version of an application: what the scheduler sends, and what an app_info.xml says.</summary>
internal sealed record AppVersion(string AppName, IReadOnlyList<AppFile> Files)
{
    public int VersionNumber { get; init; } = 100;

    public string Platform { get; init; } = "x86_64-pc-linux-gnu";

    public string PlanClass { get; init; } = "";

    /// <summary>Null for a version of before the shared file: it gets SysV shared memory.</summary>
    public string? ApiVersion { get; init; } = "7.20.0";

    /// <summary>What follows the work unit's command line.</summary>
    public string CommandLine { get; init; } = "";

    public bool IsWrapper { get; init; }

    public bool IsNotThrottled { get; init; }

    /// <summary>Operations each second; the client's limits of time come from it.</summary>
    public double Flops { get; init; } = 1e9;

    /// <summary>The application that it belongs to.</summary>
    public string ToApplicationElement() => $"<app>\n<name>{AppName}</name>\n<user_friendly_name>{AppName}</user_friendly_name>\n</app>\n";

    /// <summary>The element app_version.</summary>
    public string ToElement()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<app_version>\n<app_name>{AppName}</app_name>\n<version_num>{VersionNumber}</version_num>\n<platform>{Platform}</platform>\n");
        text.Append(CultureInfo.InvariantCulture, $"<plan_class>{PlanClass}</plan_class>\n<avg_ncpus>1</avg_ncpus>\n<flops>{Flops}</flops>\n");
        text.Append(ApiVersion is null ? "" : $"<api_version>{ApiVersion}</api_version>\n");
        text.Append(CommandLine.Length == 0 ? "" : $"<cmdline>{CommandLine}</cmdline>\n");
        text.Append(IsWrapper ? "<is_wrapper/>\n" : "").Append(IsNotThrottled ? "<dont_throttle/>\n" : "");
        foreach (var file in Files)
        {
            text.Append(file.ToReference());
        }

        return text.Append("</app_version>\n").ToString();
    }

    /// <summary>The whole app_info.xml of an anonymous platform.</summary>
    public string ToAppInfo() =>
        $"<app_info>\n{ToApplicationElement()}{string.Concat(Files.Select(static file => $"<file_info>\n<name>{file.Name}</name>\n<executable/>\n</file_info>\n"))}{ToElement()}</app_info>\n";
}
