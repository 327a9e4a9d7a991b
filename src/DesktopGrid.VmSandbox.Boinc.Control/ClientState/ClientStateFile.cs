namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>What the client remembers, as far as it is needed here.</summary>
/// <param name="Host">The computer.</param>
/// <param name="Projects">The projects, in the client's order.</param>
internal sealed record ClientStateFile(HostFacts Host, IReadOnlyList<BoincProject> Projects)
{
    public const string Name = "client_state.xml";

    /// <summary>The project that a person means: by its address, its folder, or its name, whole or a beginning that only one has.</summary>
    public IReadOnlyList<BoincProject> Find(string wanted)
    {
        var word = wanted.Trim().TrimEnd('/');
        var exact = Projects.Where(project => Same(project.MasterUrl.TrimEnd('/'), word) || Same(project.Folder, word) || Same(project.Name, word)).ToList();
        return exact.Count > 0 || word.Length == 0 ? exact : [.. Projects.Where(project => project.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase) || project.Folder.StartsWith(word, StringComparison.OrdinalIgnoreCase))];
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
