namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>A project for people to look at.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MasterUrl">Its address.</param>
/// <param name="Folder">The name of its folder, which is unique.</param>
/// <param name="State">How it stands with sandboxes.</param>
/// <param name="Tasks">How many tasks in progress there are.</param>
/// <param name="Factor">How many times slower its applications run in sandboxes; null while they do not.</param>
/// <param name="Applications">Its versions of applications.</param>
/// <param name="Changed">Files of the project, or of ours, that are not any more what they were when it was enabled.</param>
internal sealed record ProjectView(string Name, string MasterUrl, string Folder, ProjectState State, int Tasks, double? Factor, IReadOnlyList<ApplicationView> Applications, IReadOnlyList<string> Changed);

/// <summary>One version of an application for people to look at.</summary>
/// <param name="Name">Application, version, platform and plan class.</param>
/// <param name="IsSandboxed">Whether it runs in a sandbox.</param>
/// <param name="Refusal">Why it cannot; null where it does or can.</param>
internal sealed record ApplicationView(string Name, bool IsSandboxed, string? Refusal);
