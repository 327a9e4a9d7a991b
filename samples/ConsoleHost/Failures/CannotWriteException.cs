namespace DesktopGrid.VmSandbox.ConsoleHost.Failures;

/// <summary>A file of this computer cannot be written.</summary>
internal sealed class CannotWriteException(string path, Exception cause) : IOException($"The file {path} cannot be written: {cause.Message}", cause);
