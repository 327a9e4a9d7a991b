using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>Whether a guest can run an application version.</summary>
internal sealed class VersionJudge(BoincProject project, string projectFolder)
{
    private static readonly string[] Platforms = ["x86_64-pc-linux-gnu", "i686-pc-linux-gnu"];

    /// <summary>The files that a version names and that the client has; one that is optional may be missing.</summary>
    public IEnumerable<AppFile> FilesOf(AppVersion version) =>
        version.Files.Select(reference => project.Files.GetValueOrDefault(reference.FileName)).OfType<AppFile>().Where(static file => file.IsPresent).DistinctBy(static file => file.Name);

    /// <summary>What its main program is.</summary>
    /// <exception cref="BoincException">A guest cannot run it; the sentence is the reason, as the second half of a sentence. Transient where the client has not fetched all of it yet.</exception>
    public ProgramFacts Demand(AppVersion version)
    {
        if (!Platforms.Contains(version.Tuple.Platform))
        {
            throw Refuse($"it is for {(version.Tuple.Platform.Length > 0 ? version.Tuple.Platform : "an unknown platform")}, and a sandbox runs programs for {Platforms[0]}");
        }

        if (PlanClassRule.Refusal(version) is { } reason)
        {
            throw Refuse(reason);
        }

        if (version.Files.FirstOrDefault(static file => StockWrapper.NestedFiles.Contains(file.LogicalName)) is { } nested)
        {
            throw Refuse($"its file {nested.LogicalName} shows that it brings a virtual machine or a container of its own, which does not run in a sandbox");
        }

        foreach (var file in version.Files)
        {
            Demand(file);
        }

        if (version.MainProgram is not { } main)
        {
            throw Refuse("it has no main program");
        }

        var facts = ProgramInspector.Inspect(Path.Combine(projectFolder, main.FileName));
        return facts.Format switch
        {
            ProgramFormat.LinuxX64 or ProgramFormat.Script => facts,
            ProgramFormat.LinuxX86 when !facts.IsDynamic => facts,
            ProgramFormat.LinuxX86 => throw Refuse("its program needs 32-bit libraries, which a sandbox does not have"),
            ProgramFormat.LinuxOther => throw Refuse("its program is for another kind of processor"),
            ProgramFormat.Windows => throw Refuse("its program is a Windows program"),
            ProgramFormat.MacOS => throw Refuse("its program is a macOS program"),
            _ => throw Refuse("its main program is neither a Linux program for x86 nor a script"),
        };
    }

    private void Demand(FileRef reference)
    {
        if (!ProjectFolder.IsSafeFile(reference.FileName) || reference.FileName.StartsWith(VersionOptions.FilePrefix, StringComparison.Ordinal))
        {
            throw Refuse($"its file \"{reference.FileName}\" has a name that app_info.xml cannot hold");
        }

        if (!ProjectFolder.IsSafeLogicalName(reference.LogicalName))
        {
            throw Refuse($"its file {reference.FileName} is to be opened as \"{reference.LogicalName}\", which lies outside of the slot");
        }

        if (reference.LogicalName == SlotFiles.Options)
        {
            throw Refuse($"it has a file {SlotFiles.Options} of its own");
        }

        if (!(reference.IsOptional && !reference.IsMainProgram) && !(project.Files.TryGetValue(reference.FileName, out var file) && file.IsPresent && File.Exists(Path.Combine(projectFolder, reference.FileName))))
        {
            throw Refuse($"its file {reference.FileName} has not been downloaded", isTransient: true);
        }
    }

    private static BoincException Refuse(string reason, bool isTransient = false) => new(SandboxErrorCode.BoincUnsupported, reason) { IsTransient = isTransient };
}
