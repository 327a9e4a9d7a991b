using DesktopGrid.VmSandbox.Boinc.Programs;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>What a look into a main program tells.</summary>
/// <param name="Format">What it is.</param>
/// <param name="IsDynamic">Whether it needs a loader and libraries.</param>
/// <param name="UsesApi">Whether it is linked with the BOINC API, and so talks with the client itself.</param>
/// <param name="IsStockWrapper">Whether it is BOINC's own wrapper, which reads <c>job.xml</c>.</param>
internal sealed record ProgramFacts(ProgramFormat Format, bool IsDynamic, bool UsesApi, bool IsStockWrapper);
