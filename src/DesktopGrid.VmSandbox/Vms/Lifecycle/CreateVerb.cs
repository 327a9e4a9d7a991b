using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>create: a folder, an overlay and a catalog row.</summary>
internal static class CreateVerb
{
    /// <returns>Its id; and its lock where it is temporary, so that no other process takes it for one that was left.</returns>
    public static async Task<(VmId Id, MachineLock? Lock)> RunAsync(VmServices services, VmOptions options, CancellationToken cancellationToken)
    {
        NewMachine.Check(options, VmVerb.Create);
        var images = await MachineImages.ResolveAsync(services, options, VmVerb.Create, cancellationToken).ConfigureAwait(false);
        var image = images.Image;
        if (options.MemoryMiB < image.Manifest.MinimumMemoryMiB)
        {
            throw NewMachine.Fault(VmVerb.Create, $"the image {image.Manifest.Name} needs at least {image.Manifest.MinimumMemoryMiB} MiB of memory, {options.MemoryMiB} were asked for");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var id = VmId.New();
        var overlay = services.Layout.Overlay(id.ToString());
        MachineLock? held = null;
        try
        {
            // Held until the row is there, so that another process's sweep does not take the folder for a forgotten one; and alone, so that
            // it does not come between the folder and its lock.
            held = services.Machines.Alone(() =>
            {
                services.Layout.MakeMachine(id.ToString(), services.Platform.Files);
                return MachineLock.TryTake(services.Layout.Lock(id.ToString()));
            }) ?? throw VmException.Busy(id, VmVerb.Create);
            VmLog.Step(services.Logger, id.ToString(), "create.folder");
            OverlayWriter.Write(overlay, Path.GetRelativePath(Path.GetDirectoryName(overlay)!, image.BasePath), "qcow2", image.Manifest.Files.Base.VirtualSize!.Value);
            VmLog.Step(services.Logger, id.ToString(), "create.disk");
            services.Machines.Add(NewMachine.Row(id, images, options, VmState.Created, services.Time.GetUtcNow()));
        }
        catch (Exception e)
        {
            held?.Dispose();
            services.Layout.RemoveMachine(id.ToString());
            if (e is IOException or UnauthorizedAccessException)
            {
                throw StoreFault.From(e, $"The machine {id} cannot be made in the store {services.Layout.Root}");
            }

            throw;
        }

        VmLog.Created(services.Logger, id, image.Id);
        if (!options.IsTemporary)
        {
            held?.Dispose();
            held = null;
        }

        return (id, held);
    }
}
