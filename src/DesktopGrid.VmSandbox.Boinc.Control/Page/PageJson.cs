using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>What the page shows, once a second.</summary>
/// <param name="CanSwitch">Whether the reader may switch projects.</param>
/// <param name="Projects">The projects.</param>
/// <param name="Sandboxes">The sandboxes that run.</param>
/// <param name="Trouble">Why the projects cannot be told; null where they can.</param>
internal sealed record PageState(bool CanSwitch, IReadOnlyList<ProjectView> Projects, IReadOnlyList<SandboxStatus> Sandboxes, string? Trouble);

/// <summary>What a reader asks for.</summary>
/// <param name="Project">The name of a project's folder.</param>
/// <param name="Preview">Which preview was said yes to.</param>
/// <param name="DiscardWork">Whether tasks in progress may be lost.</param>
internal sealed record PageRequest(string? Project, string? Preview, bool DiscardWork);

/// <summary>What enabling would do.</summary>
internal sealed record PagePreview(string Preview, double Factor, IReadOnlyList<string> Sentences);

/// <summary>Why something was not done.</summary>
internal sealed record PageRefusal(string Error, string? Advice);

/// <summary>Their form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, MaxDepth = 8)]
[JsonSerializable(typeof(PageState))]
[JsonSerializable(typeof(PageRequest))]
[JsonSerializable(typeof(PagePreview))]
[JsonSerializable(typeof(PageRefusal))]
[JsonSerializable(typeof(SwitchOutcome))]
internal sealed partial class PageJsonContext : JsonSerializerContext;
