using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Signatures;

/// <summary>
/// Verifies, once, that the files of an application are what their project signed. After app_info.xml is there the client does not ask any more.
/// </summary>
internal sealed class FileVerifier(BoincProject project, string projectFolder)
{
    private readonly Dictionary<string, PinnedFile> _verified = new(StringComparer.Ordinal);
    private CodeSignKey? _key;

    /// <summary>The files that were verified so far.</summary>
    public IReadOnlyCollection<PinnedFile> Verified => _verified.Values;

    /// <summary>Verifies a file that the client says it has.</summary>
    /// <exception cref="BoincException">It is not what the project signed, it is not signed, or it cannot be read.</exception>
    public async Task VerifyAsync(AppFile file, CancellationToken cancellationToken)
    {
        if (_verified.ContainsKey(file.Name))
        {
            return;
        }

        if (project.CodeSignKey is null || file.Signature is null)
        {
            throw Wrong(project.CodeSignKey is null ? $"The client has no code sign key of {project.Name}, so that its files cannot be verified." : $"{file.Name} of {project.Name} is not signed.");
        }

        _key ??= CodeSignKey.Parse(project.CodeSignKey);
        var digest = await FileDigest.OfAsync(Path.Combine(projectFolder, file.Name), cancellationToken).ConfigureAwait(false);
        if (!FileSignature.IsOf(_key, file.Signature, digest.Md5))
        {
            throw Wrong($"{file.Name} is not what {project.Name} signed; it was changed or damaged on this computer.");
        }

        _verified.Add(file.Name, new PinnedFile(file.Name, digest.Length, digest.Sha256));
    }

    private static BoincException Wrong(string sentence) => new(SandboxErrorCode.BoincSignatureWrong, sentence);
}
