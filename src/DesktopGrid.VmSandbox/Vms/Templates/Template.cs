using System.Text.Json;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>A booted, idle guest that was kept: the state of its RAM and devices, and what its boot wrote to its disk.</summary>
internal sealed class Template
{
    public const string StateName = "state", DiskName = "root.qcow2", ManifestName = "template.json";

    private readonly string _folder;
    private readonly TemplateManifest _manifest;

    private Template(string folder, TemplateManifest manifest) => (_folder, _manifest) = (folder, manifest);

    /// <summary>Another one after it was made anew.</summary>
    public string Version => _manifest.State.Hash;

    /// <summary>The one in a folder; null where there is none, or none that is whole.</summary>
    public static Template? Open(string folder)
    {
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, ManifestName));
            var manifest = JsonSerializer.Deserialize(bytes, TemplateJsonContext.Default.TemplateManifest);
            return manifest is not null ? new Template(folder, manifest) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>When the template in a folder was last of use; null where there is none.</summary>
    public static DateTimeOffset? LastUse(string folder)
    {
        var manifest = new FileInfo(Path.Combine(folder, ManifestName));
        return manifest.Exists ? manifest.LastWriteTimeUtc : null;
    }

    /// <summary>Notes that it is of use, so that the one that is not is removed first.</summary>
    public void Touch(DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(Path.Combine(_folder, ManifestName), now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It counts as less used than it is.
        }
    }

    /// <summary>Gives a machine's disk, which nothing was written to yet, what the boot wrote.</summary>
    /// <exception cref="TemplateDamagedException">It is not what was kept.</exception>
    /// <exception cref="DesktopGrid.VmSandbox.Platform.PlatformException">The machine's disk cannot be written.</exception>
    public async Task CopyDiskAsync(string overlay, IPrivateFiles files, CancellationToken cancellationToken)
    {
        var part = overlay + ".part";
        try
        {
            files.MakeFile(part);
            var target = HashedCopy.Create(part);
            await using (target.ConfigureAwait(false))
            {
                await PourAsync(DiskName, _manifest.Disk, target, cancellationToken).ConfigureAwait(false);
            }

            // In one step: a disk that was copied in part would be refused from then on.
            File.Move(part, overlay, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The overlay {overlay} cannot be made");
        }
        finally
        {
            // What was moved is no longer there.
            StoreLayout.Forget(part);
        }
    }

    /// <summary>Writes the state.</summary>
    /// <exception cref="TemplateDamagedException">It is not what was kept; whoever has read it so far must not use it.</exception>
    /// <exception cref="IOException">The destination broke off.</exception>
    public Task PourStateAsync(Stream destination, CancellationToken cancellationToken) => PourAsync(StateName, _manifest.State, destination, cancellationToken);

    private async Task PourAsync(string name, TemplateFile expected, Stream destination, CancellationToken cancellationToken)
    {
        FileStream source;
        try
        {
            source = HashedCopy.Open(Path.Combine(_folder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemplateDamagedException($"its file {name} cannot be read: {e.Message}", e);
        }

        await using var scope = source.ConfigureAwait(false);
        if (source.Length != expected.Length || await HashedCopy.RunAsync(source, destination, cancellationToken).ConfigureAwait(false) != expected)
        {
            throw new TemplateDamagedException($"its file {name} has other bytes than when it was written");
        }
    }
}

/// <summary>A template is not what was kept. Never leaves this room: a start goes another way then.</summary>
internal sealed class TemplateDamagedException(string why, Exception? inner = null) : Exception(why, inner);
