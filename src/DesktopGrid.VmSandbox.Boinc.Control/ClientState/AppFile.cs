namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>A file that the client knows of a project.</summary>
/// <param name="Name">Its name in the project's folder.</param>
/// <param name="Bytes">Its length by the project's word.</param>
/// <param name="IsPresent">Whether the client has all of it.</param>
/// <param name="IsExecutable">Whether it is a program.</param>
/// <param name="Signature">The project's signature of it, as text; null where there is none.</param>
internal sealed record AppFile(string Name, long Bytes, bool IsPresent, bool IsExecutable, string? Signature);
