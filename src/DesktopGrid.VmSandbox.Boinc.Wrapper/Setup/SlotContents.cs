using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

/// <summary>Which files of the slot are the application's: not our own program and parts; and besides the client's links, outputs that only the plan knows.</summary>
internal static class SlotContents
{
    /// <summary>Reads the slot.</summary>
    /// <exception cref="BoincException">A link cannot be followed.</exception>
    public static IReadOnlyList<SlotFile> Read(string slot, string projectDirectory, WrapperOptions options, AppInitData? initData)
    {
        var parts = new HashSet<string>(options.Layers, StringComparer.Ordinal) { options.Qemu ?? "", options.GuestImage ?? "" };
        return [.. SlotListing.Read(slot, projectDirectory)
            .Where(file => !parts.Contains(file.LogicalName) && file.PhysicalPath != Environment.ProcessPath)
            .Select(file => IsOutput(file, initData) ? file with { IsOutput = true } : file)];
    }

    /// <summary>Adds the outputs that the plan and the options name and that are no links: they are written into the slot itself.</summary>
    public static IReadOnlyList<SlotFile> With(IReadOnlyList<SlotFile> files, TaskPlan plan, WrapperOptions options, string slot)
    {
        var known = files.Where(static file => file.IsOutput).Select(static file => file.LogicalName).ToHashSet(StringComparer.Ordinal);
        var named = plan.Tasks.SelectMany(static task => task.Beside.Prepend(task)).SelectMany(static task => (string?[])[task.Streams.Output, task.Streams.Error]).Append(plan.ZipOutput?.FileName).Concat(options.Outputs);
        return [.. files, .. named.OfType<string>().Where(static name => !SlotFiles.IsReserved(name)).Where(known.Add).Select(name => new SlotFile(name, Path.Combine(slot, name), IsOutput: true, IsExecutable: false))];
    }

    /// <summary>
    /// An output that an earlier run without a sandbox has begun is there already. Servers name outputs after their result
    /// (tools/process_input_template.cpp and the result template: the name, an underscore, a number).
    /// </summary>
    private static bool IsOutput(SlotFile file, AppInitData? initData) =>
        file.IsOutput || (initData is not null && Path.GetFileName(file.PhysicalPath).StartsWith(initData.Result + "_", StringComparison.Ordinal));
}
