namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>A project that the client is attached to.</summary>
internal sealed record BoincProject
{
    public required string MasterUrl { get; init; }

    /// <summary>Its name for people; the address before its scheduler has been asked.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its folder below <c>projects</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>The key with which it signs its applications, as text; null before its scheduler has been asked.</summary>
    public string? CodeSignKey { get; init; }

    /// <summary>Whether the volunteer wants no more tasks of it.</summary>
    public bool WantsNoTasks { get; init; }

    public IReadOnlyList<BoincApp> Apps { get; init; } = [];
    public IReadOnlyDictionary<string, AppFile> Files { get; init; } = new Dictionary<string, AppFile>();
    public IReadOnlyList<AppVersion> Versions { get; init; } = [];
    public IReadOnlyList<ClientResult> Tasks { get; init; } = [];
}
