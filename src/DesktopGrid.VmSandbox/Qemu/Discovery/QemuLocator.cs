using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Platform.Hosts;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Qemu.Discovery;

/// <summary>Looks for QEMU's system emulator where people and installers put it.</summary>
internal sealed class QemuLocator(IHostPlatform platform, QemuOptions options)
{
    /// <summary>The variable that names the emulator's file.</summary>
    public const string Variable = "VMSANDBOX_QEMU";

    /// <summary>The folder beside the application that holds a QEMU which is carried along (build/qemu.sh makes it).</summary>
    public const string Folder = "vmsandbox-qemu";

    /// <summary>The file, links resolved, and where it was found.</summary>
    /// <exception cref="QemuException">There is none.</exception>
    public (string Path, string FoundBy) Find()
    {
        if (options.EmulatorPath is { } named)
        {
            return (Named(named, $"the option {nameof(QemuOptions)}.{nameof(QemuOptions.EmulatorPath)}"), "option");
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable)
        {
            return (Named(variable, $"the environment variable {Variable}"), $"environment variable {Variable}");
        }

        var carried = Path.Combine(AppContext.BaseDirectory, Folder);
        AllowPrograms(carried);
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var places = path.Select(static folder => (folder, "PATH"))
            .Prepend((carried, "beside the application"))
            .Concat(platform.Qemu.InstallFolders.Select(static folder => (folder, "install folder")));
        foreach (var (folder, foundBy) in places)
        {
            // A relative folder in PATH would mean another program in every directory.
            var file = Path.Combine(folder, platform.Qemu.FileName);
            if (Path.IsPathFullyQualified(file) && File.Exists(file))
            {
                return (Resolve(file), foundBy);
            }
        }

        throw new QemuException(SandboxErrorCode.QemuNotFound, $"There is no QEMU here: {platform.Qemu.FileName} was looked for beside the application, on PATH and in the usual folders.") { Step = "start.find", Advice = platform.Qemu.InstallAdvice };
    }

    private static void AllowPrograms(string folder)
    {
        var libraries = Path.Combine(folder, "lib");
        foreach (var file in Files(folder, "qemu-*").Concat(Files(libraries, "ld-*")))
        {
            RunnableFile.Allow(file);
        }

        static IEnumerable<string> Files(string folder, string pattern) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern) : [];
    }

    private string Named(string file, string by) => File.Exists(file)
        ? Resolve(Path.GetFullPath(file))
        : throw new QemuException(SandboxErrorCode.QemuNotFound, $"QEMU is not at {file}, which {by} names.") { Step = "start.find", Advice = platform.Qemu.InstallAdvice };

    private static string Resolve(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
}
