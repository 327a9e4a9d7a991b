using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qmp.Commands;
using DesktopGrid.VmSandbox.Vms.Boundary;
using DesktopGrid.VmSandbox.Vms.Migration;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Boots a guest that no caller ever sees, waits until its daemon answers, and keeps it. Nothing of any machine is in it; a guest that was used
/// could leave something in every machine to come.
/// </summary>
internal sealed class TemplateMaker(VmServices services)
{
    private const int Rehearsals = 3;
    public const string PartExtension = ".part";

    // Memory that the guest uses, written to a disk that may be slow.
    private static readonly TimeSpan MostForKeeping = TimeSpan.FromMinutes(5);

    private const string LogName = "log.jsonl", Step = "start.template";

    /// <summary>Makes one in a folder that is not there yet.</summary>
    /// <exception cref="SandboxException">QEMU or the guest failed, or the store cannot be written; <c>MachineBootTimeout</c> where the guest alone was too slow.</exception>
    public async Task MakeAsync(QemuInstallation installation, MachineSpec wanted, BaseImage image, string folder, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        var part = folder + PartExtension;
        var name = RuntimeName(part);
        try
        {
            var spec = Prepare(services, part, wanted, image);
            Tell("prepared");
            var state = await BootAsync(installation, spec, part, bootTimeout, cancellationToken).ConfigureAwait(false);
            Tell("saved");
            await FinishAsync(part, state, installation, spec, image.Id, cancellationToken).ConfigureAwait(false);
            Tell("finished");
            Directory.Move(part, folder);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VmException(SandboxErrorCode.CheckpointFailed, $"The guest of a template was not kept within {MostForKeeping.TotalMinutes:0} min.") { Step = Step, IsTransient = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Stores.StoreFault.From(e, $"The template {folder} cannot be made");
        }
        finally
        {
            services.Platform.RuntimeDirectories.Remove(name);
            TemplateStore.Delete(part);
        }
    }

    /// <summary>
    /// What the folder of its sockets is called: known to whoever finds what a killed host has left of it, since its own folder is there before this
    /// one and goes after it.
    /// </summary>
    public static string RuntimeName(string part) => $"tpl-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(part)))[..12]}";

    /// <summary>Makes the folders and the files for a QEMU that nobody sees.</summary>
    /// <returns>The machine that was wanted, with all that is its own there.</returns>
    public static MachineSpec Prepare(VmServices services, string part, MachineSpec wanted, BaseImage image)
    {
        TemplateStore.Delete(part);
        services.Platform.Files.MakeFolder(part, isPassage: true);
        var overlay = Path.Combine(part, Template.DiskName);
        services.Platform.Files.MakeFile(overlay);
        services.Platform.Files.MakeFile(Path.Combine(part, Template.StateName));
        // As far from the image as a machine's: its copies lead to it by the same relative path.
        OverlayWriter.Write(overlay, Path.GetRelativePath(part, image.BasePath), "qcow2", image.Manifest.Files.Base.VirtualSize!.Value);
        var name = RuntimeName(part);
        var directory = services.Platform.RuntimeDirectories.Create(name);
        return MachineWiring.At(services, wanted with { Name = name, OutlivesHost = false, InputDisk = null, OutputDisk = null, Disk = wanted.Disk! with { OverlayPath = overlay } }, directory);
    }

    private async Task<TemplateFile> BootAsync(QemuInstallation installation, MachineSpec spec, string part, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        var id = VmId.New();
        var qemu = await services.Launcher.StartAsync(installation, spec, announce: null, cancellationToken).ConfigureAwait(false);
        var running = await MachineWiring.JoinAsync(services, id, spec, qemu, isFresh: true, Path.Combine(part, LogName)).ConfigureAwait(false);
        await using var scope = running.ConfigureAwait(false);
        try
        {
            using var death = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var saving = SaveAsync(id, running, spec, Path.Combine(part, Template.StateName), bootTimeout, death.Token);
            if (await Task.WhenAny(saving, running.Qemu.Exited).ConfigureAwait(false) != saving)
            {
                await death.CancelAsync().ConfigureAwait(false);
                await ((Task)saving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw VmException.Ended(id, VmVerb.Start, Step, "The guest of a template ended before it was kept.", await running.DescribeEndAsync().ConfigureAwait(false));
            }

            return await saving.ConfigureAwait(false);
        }
        finally
        {
            // Gone before its disk is hashed.
            await running.KillAsync().ConfigureAwait(false);
        }
    }

    private async Task<TemplateFile> SaveAsync(VmId id, RunningVm running, MachineSpec spec, string path, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        var begin = services.Time.GetTimestamp();
        await WaitUntilReadyAsync(id, running, bootTimeout, cancellationToken).ConfigureAwait(false);
        Tell("ready");
        using var bound = Deadline.After(MostForKeeping, services.Time).Enter(cancellationToken);
        return await KeepAsync(running, spec, path, begin, bound.Token).ConfigureAwait(false);
    }

    private async Task WaitUntilReadyAsync(VmId id, RunningVm running, TimeSpan bootTimeout, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(bootTimeout, services.Time).Enter(cancellationToken);
        try
        {
            await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Continue, bound.Token).ConfigureAwait(false);
            await running.Link.WaitUntilReadyAsync(bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw VmException.BootTimeout(id, VmVerb.Start, Step, bootTimeout, running.Evidence);
        }
    }

    private async Task<TemplateFile> KeepAsync(RunningVm running, MachineSpec spec, string path, long begin, CancellationToken cancellationToken)
    {
        // What a clone will be asked first: a daemon that has done it before does it in half the time.
        for (var rehearsal = 0; rehearsal < Rehearsals; rehearsal++)
        {
            await running.Link.RenewAsync(Guid.NewGuid(), cancellationToken).ConfigureAwait(false);
        }

        var greeting = await running.Link.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
        if (GuestPace.Fault(greeting.Uptime, services.Time.GetElapsedTime(begin)) is { } fault)
        {
            throw fault;
        }

        await running.Link.LeaveAsync(cancellationToken).ConfigureAwait(false);
        await running.Link.DisposeAsync().ConfigureAwait(false);
        await running.Qemu.Monitor.ExecuteAsync(RunStateCommands.Stop, cancellationToken).ConfigureAwait(false);
        TemplateFile? kept = null;
        await StateSource.SaveAsync(
            running.Qemu.Monitor,
            spec.State!,
            snapshot: null,
            AfterSaving.Ends,
            async (stream, token) =>
            {
                var file = HashedCopy.Create(path);
                await using var scope = file.ConfigureAwait(false);
                kept = await HashedCopy.RunAsync(stream, file, token).ConfigureAwait(false);
            },
            step => Tell($"saving.{step}"),
            services.Time,
            cancellationToken).ConfigureAwait(false);
        return kept!;
    }

    private void Tell(string step) => VmLog.Step(services.Logger, "of a template", $"template.{step}");

    /// <summary>The manifest last: a template without it is none.</summary>
    private static async Task FinishAsync(string part, TemplateFile state, QemuInstallation installation, MachineSpec spec, string image, CancellationToken cancellationToken)
    {
        var disk = HashedCopy.Open(Path.Combine(part, Template.DiskName));
        await using (disk.ConfigureAwait(false))
        {
            var manifest = new TemplateManifest
            {
                State = state,
                Disk = await HashedCopy.RunAsync(disk, Stream.Null, cancellationToken).ConfigureAwait(false),
                QemuVersion = installation.Version,
                MemoryMiB = spec.MemoryMiB,
                VirtualCpus = spec.VirtualCpus,
                Image = image,
            };
            await File.WriteAllBytesAsync(Path.Combine(part, Template.ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, TemplateJsonContext.Default.TemplateManifest), cancellationToken).ConfigureAwait(false);
        }

        File.Delete(Path.Combine(part, LogName));
    }
}
