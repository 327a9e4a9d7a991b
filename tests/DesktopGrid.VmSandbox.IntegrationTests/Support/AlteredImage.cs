using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>
/// A copy of the guest image with another kernel line: the real kernel and the real disk, made to panic, to hang, or to lose its first process
/// on command. Removed at the end.
/// </summary>
internal sealed class AlteredImage : IDisposable
{
    private AlteredImage(string folder) => Folder = folder;

    public string Folder { get; }

    public static AlteredImage WithKernelLine(string addition) => With(manifest => manifest["kernelCommandLine"] = $"{manifest["kernelCommandLine"]} {addition}");

    /// <summary>The kernel never comes as far as its first process.</summary>
    public static AlteredImage ThatPanicsAtBoot() => WithKernelLine("rdinit=/nothing root=/dev/nothing");

    /// <summary>The first process does nothing for ever.</summary>
    public static AlteredImage ThatHangsAtBoot() => WithKernelLine("rdinit=/bin/sh -- -c \"while :; do /bin/sleep 1000; done\"");

    /// <summary>
    /// The daemon crashes as soon as there is a file with the word "die" in the work directory: a process that root has in the guest writes zeros
    /// over its code. No signal would do, since the kernel keeps those that it does not handle from the first process.
    /// </summary>
    public static AlteredImage WhoseDaemonCanBeKilled() => WhoseRootRuns(
        "until grep -sq die /work/die; do sleep 0.1; done; r=$(grep -m1 r-xp /proc/1/maps); r=${r%% *}; a=$((0x${r%-*}/4096)); e=$((0x${r#*-}/4096)); "
        + "dd if=/dev/zero of=/proc/1/mem bs=4096 seek=$a count=$((e-a))");

    /// <summary>Besides the daemon root runs a line of shell, without quotes of either kind.</summary>
    public static AlteredImage WhoseRootRuns(string script) => WithRootScript(script, "sh /script & ");

    /// <summary>Before the daemon root runs a line of shell, without quotes of either kind.</summary>
    public static AlteredImage WhoseRootFirstRuns(string script) => WithRootScript(script, "sh /script; ");

    private static AlteredImage WithRootScript(string script, string call) => WithKernelLine(
        "rdinit=/bin/sh -- -c \"busybox grep -v ^exec /init >/altered; . /altered; mount -t devtmpfs devtmpfs /root/dev; "
        + $"echo '{script}' >/root/script; echo '{call}exec /sbin/vmsandboxd' >/root/first; "
        + "exec switch_root /root /bin/sh /first\"");

    public static AlteredImage With(Action<JsonNode> alter)
    {
        var source = ImageLocator.Find(null);
        var folder = Directory.CreateTempSubdirectory("vmsandbox-image-").FullName;
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(folder, ImageManifestReader.FileName);
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        alter(manifest);
        File.Delete(path);
        File.WriteAllText(path, manifest.ToJsonString());
        return new AlteredImage(folder);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
