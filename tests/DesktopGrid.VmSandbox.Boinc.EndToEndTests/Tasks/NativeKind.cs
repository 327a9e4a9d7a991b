using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>An application as projects have them today: no sandbox. What it does is what the sandbox must do as well.</summary>
internal sealed record NativeKind(string Name, Payload Payload, bool IsAnonymous) : ITaskKind
{
    public static NativeKind Spoken { get; } = new("native spoken", Payload.Spoken, IsAnonymous: true);

    public static NativeKind Api { get; } = new("native API", Payload.Api, IsAnonymous: false);

    /// <summary>Signed, as a project that has never heard of BOINC's library would send it.</summary>
    public static NativeKind Signed { get; } = new("native signed", Payload.Spoken, IsAnonymous: false);

    public static IReadOnlyList<NativeKind> All { get; } = [Api, Spoken];

    public string TrickleVariety => "progress";

    public bool KeepsAtQuit => false;

    public string? Missing => File.Exists(Artifacts.Client) && File.Exists(Artifacts.Program(Payload.Name)) ? null : "build/boinc-programs.sh was not run";

    public AppVersion ToVersion(string appName)
    {
        var files = Payload.ToFiles(openName: null);
        return new AppVersion(appName, [files[0] with { IsMainProgram = true }, .. files.Skip(1)]);
    }

    public string ToCommandLine(TaskShape shape) => shape.ToArguments();

    // The program writes beside the old state, then renames.
    public bool IsWritingCheckpoint(DataDirectory data, int slot) => File.Exists(Path.Combine(data.SlotPath(slot), "task_state.new"));

    public override string ToString() => Name;
}
