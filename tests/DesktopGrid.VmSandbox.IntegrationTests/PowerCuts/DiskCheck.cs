using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DesktopGrid.VmSandbox.IntegrationTests.PowerCuts;

/// <summary>What qemu-img finds wrong with a disk.</summary>
internal static partial class DiskCheck
{
    // qemu-img(1), "check": 0 for none, 2 for corruptions, 3 for clusters that nobody uses, which a crash may leave and which harm nobody.
    private const int None = 0, Corruptions = 2, LeaksOnly = 3;

    // QEMU, docs/interop/qcow2.txt: where an entry of a table points to; and of clusters of 64 KiB.
    private const long OffsetMask = 0x00fffffffffffe00;
    private const int ClusterBits = 16;

    /// <summary>Demands that nothing is wrong but clusters that nobody uses, or that are counted once too often.</summary>
    /// <returns>Whether there are any of the latter.</returns>
    public static async Task<bool> DemandAsync(string disk)
    {
        using var process = Process.Start(new ProcessStartInfo("qemu-img", ["check", "-f", "qcow2", disk]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // .NET leaves a process's streams to whoever has taken them, and a check for leaks would find them until they are collected.
        using var output = process.StandardOutput;
        using var errors = process.StandardError;
        var failure = errors.ReadToEndAsync();
        var said = await output.ReadToEndAsync() + await failure;
        await process.WaitForExitAsync();
        process.ExitCode.Should().BeOneOf([None, LeaksOnly, Corruptions], said);
        if (process.ExitCode == Corruptions)
        {
            var faults = said.Split('\n').Where(static line => line.StartsWith("ERROR", StringComparison.Ordinal)).ToList();
            faults.Should().NotBeEmpty(said);
            faults.Where(fault => !IsCountedTwice(fault, said)).Should().BeEmpty(said);
        }

        return process.ExitCode == Corruptions;
    }

    /// <summary>
    /// Between two flushes of a snapshot that is being taken (QEMU, block/qcow2-refcount.c, qcow2_update_snapshot_refcount) a cluster is counted for
    /// it already, and its one user still has the mark of an only one: which it is, since no snapshot has been written that uses it too.
    /// </summary>
    private static bool IsCountedTwice(string fault, string said) =>
        OnlyUser().Match(fault) is { Success: true } match
        && said.Contains(string.Create(CultureInfo.InvariantCulture, $"Leaked cluster {(long.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & OffsetMask) >> ClusterBits} refcount={match.Groups[2]} reference={int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) - 1}\n"), StringComparison.Ordinal)
        && match.Groups[2].Value == "2";

    [GeneratedRegex("^ERROR OFLAG_COPIED (?:L2|data) cluster: .*l[12]_entry=([0-9a-f]+) refcount=([0-9]+)$")]
    private static partial Regex OnlyUser();
}
