using System.Diagnostics.CodeAnalysis;
using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms.Running;

namespace DesktopGrid.VmSandbox.Vms.Lifecycle;

/// <summary>create: a folder, an overlay and a catalog row.</summary>
internal static class CreateVerb
{
    private const int MaxLabels = 32, MaxLabelLength = 256;

    /// <returns>Its id; and its lock where it is temporary, so that no other process takes it for one that was left.</returns>
    public static async Task<(VmId Id, MachineLock? Lock)> RunAsync(VmServices services, VmOptions options, CancellationToken cancellationToken)
    {
        Check(options);
        var image = await services.Images.ResolveAsync(options.Image, cancellationToken).ConfigureAwait(false);
        if (options.MemoryMiB < image.Manifest.MinimumMemoryMiB)
        {
            throw Fault($"the image {image.Manifest.Name} needs at least {image.Manifest.MinimumMemoryMiB} MiB of memory, {options.MemoryMiB} were asked for");
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
            OverlayWriter.Write(overlay, Path.GetRelativePath(Path.GetDirectoryName(overlay)!, image.BasePath), "qcow2", image.Manifest.Files.Base.VirtualSize!.Value);
            services.Machines.Add(Row(id, image.Id, options, services.Time.GetUtcNow()));
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

    private static MachineRow Row(VmId id, string image, VmOptions options, DateTimeOffset now) => new()
    {
        Id = id.ToString(),
        ImageId = image,
        State = nameof(VmState.Created),
        // Even: some hosts want pages of 2 MiB.
        MemoryMiB = options.MemoryMiB + (options.MemoryMiB % 2),
        VirtualCpus = options.VirtualCpus,
        OutlivesHost = options.OutlivesHost,
        IsTemporary = options.IsTemporary,
        WarmStart = options.WarmStart,
        BootTimeout = options.BootTimeout,
        KeepLog = options.KeepLog,
        CreatedAt = now,
        Labels = options.Labels,
    };

    private static void Check(VmOptions options)
    {
        Require(options.MemoryMiB is >= 64 and <= 1_048_576, $"{nameof(VmOptions.MemoryMiB)} must be 64 to 1048576, not {options.MemoryMiB}");
        Require(options.VirtualCpus is >= 1 and <= 64, $"{nameof(VmOptions.VirtualCpus)} must be 1 to 64, not {options.VirtualCpus}");
        Require(options.BootTimeout >= TimeSpan.FromSeconds(1) && options.BootTimeout <= TimeSpan.FromHours(1), $"{nameof(VmOptions.BootTimeout)} must be 1 s to 1 h, not {options.BootTimeout}");
        Require(options.KeepLog >= TimeSpan.Zero && options.KeepLog <= TimeSpan.FromDays(3650), $"{nameof(VmOptions.KeepLog)} must be zero to ten years, not {options.KeepLog}");
        Require(options.Labels is not null, $"{nameof(VmOptions.Labels)} must not be null; leave it out for none");
        Require(options.Labels.Count <= MaxLabels, $"there may be {MaxLabels} labels, not {options.Labels.Count}");
        Require(options.Labels.All(static label => label.Key.Length is > 0 and <= MaxLabelLength && label.Value is { Length: <= MaxLabelLength }), $"a label's name and value hold at most {MaxLabelLength} characters each, and the name at least one");
    }

    private static void Require([DoesNotReturnIf(false)] bool holds, string fault)
    {
        if (!holds)
        {
            throw Fault(fault);
        }
    }

    private static VmException Fault(string fault) => new(SandboxErrorCode.MachineInvalid, $"The machine cannot be made: {fault}.") { Verb = VmVerb.Create, Step = "create" };
}
