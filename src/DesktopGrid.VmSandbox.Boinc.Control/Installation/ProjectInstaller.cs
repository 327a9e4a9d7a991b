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
            .Append((Path: AppInfoWriter.FileName, Bytes: AppInfoWriter.Write(plan)))
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
            Versions = [.. plan.Versions.Select(static version => version.Original.Tuple.ToString())],
            Written = written,
            Pins = [.. plan.Pins],
        };
        _writer.MakeFolder(folder.Root);
        // What an earlier enabling wrote and this one does not stays listed until it is gone.
        var stale = (before?.Written ?? []).Where(old => !written.Exists(file => file.Path == old.Path)).ToList();
        WriteManifest(manifest with { Written = [.. written, .. stale] });
        if (engine.Bundle is not null)
        {
            _writer.CopyFolder(engine.Bundle, folder.Engine, cancellationToken);
        }

        _writer.CopyFolder(engine.GuestImage, folder.GuestImage, cancellationToken);
        _writer.Copy(engine.Wrapper, Path.Combine(folder.Project, AppInfoWriter.WrapperName), isRunnable: true);
        foreach (var (path, bytes) in files)
        {
            _writer.Write(Path.Combine(folder.Project, path), bytes);
        }

        foreach (var old in stale)
        {
            ProjectWriter.DeleteFile(Path.Combine(folder.Project, old.Path));
        }

        WriteManifest(manifest with { IsComplete = true });
    }

    /// <summary>Takes everything of ours away.</summary>
    /// <param name="keep">Files of ours that stay because somebody has changed them since; null where none may.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RemoveAsync(ICollection<string>? keep, CancellationToken cancellationToken)
    {
        var manifest = folder.ReadManifest();
        foreach (var file in (manifest?.Written ?? []).OrderByDescending(static file => file.Path == AppInfoWriter.FileName))
        {
            var path = Path.Combine(folder.Project, file.Path);
            if (keep is not null && manifest!.IsComplete && File.Exists(path) && (await FileDigest.OfAsync(path, cancellationToken).ConfigureAwait(false)).Sha256 != file.Sha256)
            {
                keep.Add(file.Path);
                continue;
            }

            ProjectWriter.DeleteFile(path);
        }

        ProjectWriter.DeleteFolder(folder.Root);
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
