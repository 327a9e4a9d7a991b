using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>Writes <c>app_info.xml</c>: applications and files before the versions that name them.</summary>
internal static class AppInfoWriter
{
    public const string FileName = "app_info.xml";

    /// <summary>The name of our wrapper in a project's folder.</summary>
    public const string WrapperName = "vmsandbox-wrapper";

    // From here on the client does not add arguments of its own to a command line.
    private static readonly Version LeastApi = new(7, 5, 0);

    /// <param name="plan">What runs in sandboxes.</param>
    /// <param name="factor">How many times slower that is.</param>
    public static byte[] Write(AppInfoPlan plan, double factor)
    {
        var writer = new MarkupWriter();
        writer.Open("app_info");
        foreach (var name in plan.Versions.Select(static version => version.Original.Tuple.App).Distinct())
        {
            var app = plan.Project.Apps.FirstOrDefault(app => app.Name == name);
            writer.Open("app");
            writer.Value("name", name);
            writer.Value("user_friendly_name", app?.FriendlyName ?? name);
            writer.Flag("non_cpu_intensive", app?.IsNonCpuIntensive ?? false);
            writer.Close();
        }

        WriteFile(writer, WrapperName, isExecutable: true);
        foreach (var file in plan.Versions.SelectMany(static version => version.Files).DistinctBy(static file => file.Name))
        {
            WriteFile(writer, file.Name, file.IsExecutable);
        }

        foreach (var version in plan.Versions)
        {
            WriteFile(writer, version.Options.FileName, isExecutable: false);
        }

        foreach (var version in plan.Versions)
        {
            WriteVersion(writer, version, factor);
        }

        writer.Close();
        return writer.ToBytes();
    }

    private static void WriteFile(MarkupWriter writer, string name, bool isExecutable)
    {
        writer.Open("file_info");
        writer.Value("name", name);
        writer.Flag("executable", isExecutable);
        writer.Close();
    }

    private static void WriteVersion(MarkupWriter writer, PlannedVersion planned, double factor)
    {
        var version = planned.Original;
        writer.Open("app_version");
        writer.Value("app_name", version.Tuple.App);
        writer.Value("version_num", version.Tuple.Version.ToString(CultureInfo.InvariantCulture));
        writer.Value("platform", version.Tuple.Platform);
        writer.Value("plan_class", version.Tuple.PlanClass.Length > 0 ? version.Tuple.PlanClass : null);
        writer.Value("avg_ncpus", version.Processors.ToString("0.######", CultureInfo.InvariantCulture));
        writer.Value("flops", planned.FlopsFor(factor).ToString("0.######", CultureInfo.InvariantCulture));
        writer.Value("api_version", ApiOf(version.ApiVersion));
        writer.Value("cmdline", version.CommandLine);
        writer.Value("file_prefix", version.FilePrefix);
        writer.Flag("needs_network", version.NeedsNetwork);
        writer.Flag("is_wrapper");
        WriteReference(writer, new FileRef(WrapperName, OpenName: null, IsMainProgram: true, IsCopied: false, IsOptional: false));
        foreach (var file in version.Files.Where(file => planned.Files.Any(one => one.Name == file.FileName)))
        {
            // The program that was started so far becomes a file that the slot has under its own name.
            WriteReference(writer, file.IsMainProgram ? file with { IsMainProgram = false, OpenName = file.LogicalName } : file);
        }

        WriteReference(writer, new FileRef(planned.Options.FileName, SlotFiles.Options, IsMainProgram: false, IsCopied: false, IsOptional: false));
        writer.Close();
    }

    private static void WriteReference(MarkupWriter writer, FileRef file)
    {
        writer.Open("file_ref");
        writer.Value("file_name", file.FileName);
        writer.Value("open_name", file.OpenName);
        writer.Flag("main_program", file.IsMainProgram);
        writer.Flag("copy_file", file.IsCopied);
        writer.Flag("optional", file.IsOptional);
        writer.Close();
    }

    private static string ApiOf(string? original) => Version.TryParse(original, out var version) && version >= LeastApi ? original! : LeastApi.ToString(3);
}
