using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Extensions.Logging;

namespace DesktopGrid.VmSandbox.Imports.Verbs;

/// <summary>What the verbs about images tell to the logger.</summary>
internal static partial class ImportLog
{
    [LoggerMessage(SandboxEventId.ImageAdded, LogLevel.Information, "Base image {Name} is in the store as {Image}")]
    public static partial void Added(ILogger logger, string name, string image);

    [LoggerMessage(SandboxEventId.LayerImported, LogLevel.Information, "Layer {Name} was imported as {Layer}: {Bytes} bytes")]
    public static partial void Imported(ILogger logger, string name, string layer, long bytes);

    [LoggerMessage(SandboxEventId.LayerRefused, LogLevel.Information, "Layer {Name} could not be imported ({Code})")]
    public static partial void Refused(ILogger logger, string name, SandboxErrorCode code);

    [LoggerMessage(SandboxEventId.ImageRemoved, LogLevel.Debug, "{Name} ({Image}) was removed of the store")]
    public static partial void Removed(ILogger logger, string name, string image);
}
