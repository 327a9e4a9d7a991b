namespace DesktopGrid.VmSandbox.Qemu;

/// <summary>One QEMU on this host.</summary>
/// <param name="EmulatorPath">The system emulator's absolute path, links resolved.</param>
/// <param name="Version">What it says of itself, such as <c>7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)</c>.</param>
/// <param name="BuildKey">Tells builds apart: version, length and modification time of the file; key of what is remembered about it.</param>
/// <param name="FoundBy">Where it was found, for people: option, environment, PATH, install folder.</param>
/// <param name="HasSandbox">Whether it has a system-call filter of its own (<c>-sandbox</c>).</param>
internal sealed record QemuInstallation(string EmulatorPath, string Version, string BuildKey, string FoundBy, bool HasSandbox = true);
