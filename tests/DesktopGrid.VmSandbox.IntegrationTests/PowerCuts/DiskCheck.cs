using System.Diagnostics;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>What qemu-img finds wrong with a disk.</summary>
internal static class DiskCheck
{
    // qemu-img(1), "check": 0 for none, 2 for corruptions, 3 for clusters that nobody uses, which a crash may leave and which harm nobody.
    private const int None = 0, LeaksOnly = 3;

    /// <summary>Demands that nothing is wrong but clusters that nobody uses.</summary>
    public static async Task DemandAsync(string disk)
    {
        using var process = Process.Start(new ProcessStartInfo("qemu-img", ["check", "-f", "qcow2", disk]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().BeOneOf([None, LeaksOnly], $"{said} {await errors}");
    }
}
