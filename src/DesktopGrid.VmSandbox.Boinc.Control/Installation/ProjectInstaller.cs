using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Installation;

/// <summary>
/// Puts a plan into a project's folder, and takes it away. What it is going to write stands in the manifest before the first file, and
/// app_info.xml comes last and goes first: whenever it is interrupted, the client finds a whole or nothing.
/// </summary>
internal sealed class ProjectInstaller(SandboxFolder folder, TimeProvider time)
{
    private readonly ProjectWriter _writer = new(folder.Project);

    /// <exception cref="BoincException">Something cannot be written, or a file of that name is there and is not ours.</exception>
    public async Task InstallAsync(AppInfoPlan plan, EngineParts engine, double factor, CancellationToken cancellationToken)
    {
        var before = folder.ReadManifest();
        var emulator = engine.Bundle is { } bundle ? Path.Combine(folder.Engine, Path.GetRelativePath(bundle, engine.Emulator)) : engine.Emulator;
        var files = plan.Versions.Select(version => (Path: version.Options.FileName, Bytes: version.Options.ToBytes(emulator, folder.GuestImage)))
            .Append((Path: AppInfoWriter.FileName, Bytes: AppInfoWriter.Write(plan, factor)))
            .ToList();
        var written = files.ConvertAll(static file => new PinnedFile(file.Path, file.Bytes.Length, Hash(file.Bytes)));
        var wrapper = await FileDigest.OfAsync(engine.Wrapper, cancellationToken).ConfigureAwait(false);
        written.Add(new PinnedFile(AppInfoWriter.WrapperName, wrapper.Length, wrapper.Sha256));
        DemandOurs(written, before);
        var manifest = new Manifest
        {
            ProjectUrl = plan.Project.MasterUrl,
            Enabled = time.GetUtcNow(),
            Factor = Math.Round(factor, 2),
            HasBundle = engine.Bundle is not null,
            Versions = [.. plan.Versions.Select(static version => version.Original.Tuple.ToString())],
            Written = written,
            Pins = [.. plan.Pins],
        };
        _writer.MakeFolder(folder.Root);
        // What an earlier enabling wrote and this one does not stays listed until it is gone.
        var stale = (before?.Written ?? []).Where(old => !written.Exists(file => file.Path == old.Path)).ToList();
        WriteManifest(manifest with { Written = [.. written, .. stale] });
        CopyEngine(engine, cancellationToken);
        foreach (var (path, bytes) in files)
        {
            _writer.Write(Path.Combine(folder.Project, path), bytes);
        }

        foreach (var old in stale)
        {
            _writer.DeleteFile(Path.Combine(folder.Project, old.Path));
        }

        WriteManifest(manifest with { IsComplete = true });
    }

    /// <summary>Takes everything of ours away.</summary>
    /// <param name="keep">Files of ours that stay because somebody has changed them since; null where none may.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RemoveAsync(ICollection<string>? keep, CancellationToken cancellationToken)
    {
        var manifest = keep is null ? ByNames() : folder.ReadManifest();
        foreach (var file in (manifest?.Written ?? []).OrderByDescending(static file => file.Path == AppInfoWriter.FileName))
        {
            var path = Path.Combine(folder.Project, file.Path);
            if (keep is not null && manifest!.IsComplete && File.Exists(path) && (await FileDigest.OfAsync(path, cancellationToken).ConfigureAwait(false)).Sha256 != file.Sha256)
            {
                keep.Add(file.Path);
                continue;
            }

            _writer.DeleteFile(path);
        }

        ProjectWriter.DeleteFolder(folder.Root);
    }

    /// <summary>Brings another wrapper, QEMU and guest image to what is installed; tasks that run keep theirs until they are started again.</summary>
    /// <exception cref="BoincException">Nothing is installed whole, or something cannot be written.</exception>
    public async Task RenewEngineAsync(EngineParts engine, CancellationToken cancellationToken)
    {
        if (folder.ReadManifest() is not { IsComplete: true } manifest || manifest.HasBundle != engine.Bundle is not null)
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, "What is installed was made with a QEMU of another place, or is not whole.") { Advice = "Disable the project and enable it again." };
        }

        var wrapper = await FileDigest.OfAsync(engine.Wrapper, cancellationToken).ConfigureAwait(false);
        CopyEngine(engine, cancellationToken);
        WriteManifest(manifest with { Written = [.. manifest.Written.Where(static file => file.Path != AppInfoWriter.WrapperName), new PinnedFile(AppInfoWriter.WrapperName, wrapper.Length, wrapper.Sha256)] });
    }

    private void CopyEngine(EngineParts engine, CancellationToken cancellationToken)
    {
        if (engine.Bundle is not null)
        {
            _writer.CopyFolder(engine.Bundle, folder.Engine, cancellationToken);
        }

        _writer.CopyFolder(engine.GuestImage, folder.GuestImage, cancellationToken);
        _writer.Copy(engine.Wrapper, Path.Combine(folder.Project, AppInfoWriter.WrapperName), isRunnable: true);
    }

    /// <summary>What the manifest lists, and whatever else has a name of ours: by force, or where the manifest is damaged.</summary>
    private Manifest? ByNames()
    {
        Manifest? manifest;
        try
        {
            manifest = folder.ReadManifest();
        }
        catch (BoincException)
        {
            manifest = new Manifest { ProjectUrl = "", Written = [new PinnedFile(AppInfoWriter.FileName, 0, ""), new PinnedFile(AppInfoWriter.WrapperName, 0, "")] };
        }

        var named = Directory.EnumerateFiles(folder.Project, $"{VersionOptions.FilePrefix}*.xml").Select(static path => new PinnedFile(Path.GetFileName(path), 0, ""));
        return manifest is null ? null : manifest with { Written = [.. manifest.Written, .. named] };
    }

    private void DemandOurs(List<PinnedFile> files, Manifest? before)
    {
        foreach (var file in files)
        {
            if (File.Exists(Path.Combine(folder.Project, file.Path)) && before?.Written.Any(ours => ours.Path == file.Path) != true)
            {
                throw new BoincException(SandboxErrorCode.BoincUnsupported, $"{Path.Combine(folder.Project, file.Path)} is there already, and vmsandbox did not write it.") { Advice = "Whoever put it there runs applications of their own for this project; take it away first if you want sandboxes." };
            }
        }
    }

    private void WriteManifest(Manifest manifest) => _writer.Write(folder.ManifestFile, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJsonContext.Default.Manifest));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
