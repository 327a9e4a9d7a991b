using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Jobs;

/// <summary>HOST[:GUEST] and GUEST[:HOST]. A name with a colon of its own goes into a job file.</summary>
internal static class FilePairs
{
    /// <summary>The last colon splits: a Windows path has one behind its drive.</summary>
    public static JobFile Input(string text)
    {
        var colon = text.LastIndexOf(':');
        var splits = colon > (OperatingSystem.IsWindows() ? 1 : 0);
        return FromHost(splits ? text[..colon] : text, splits ? text[(colon + 1)..] : null);
    }

    /// <summary>The first colon splits, for the same reason.</summary>
    public static JobOutput Output(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var guest = colon < 0 ? text : text[..colon];
        return new JobOutput(guest, colon < 0 ? guest.Split('/')[^1] : text[(colon + 1)..]);
    }

    /// <summary>What may be run on the host may be run in the guest.</summary>
    public static JobFile FromHost(string host, string? guest, bool? isExecutable = null) =>
        JobFile.FromHost(host, guest, isExecutable ?? (!OperatingSystem.IsWindows() && File.Exists(host) && File.GetUnixFileMode(host).HasFlag(UnixFileMode.UserExecute)));
}
