using System.Diagnostics;
using System.Globalization;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>
/// A client whose slots lie on a small disk of their own, in memory: in namespaces, so that no rights are needed. What the client sees there, others see
/// through its process alone.
/// </summary>
internal static class SmallSlots
{
    // First as a root of its own, who may mount; then as the user again.
    private const string Script = "mount -t tmpfs -o size=$1k,mode=0771 tmpfs \"$2\" && user=$3 group=$4 && shift 4 && exec unshare --user --map-user=$user --map-group=$group \"$@\"";

    /// <summary>The same start, with such slots.</summary>
    public static ProcessStartInfo Within(ProcessStartInfo start, string slotsPath, int kibibytes)
    {
        Directory.CreateDirectory(slotsPath);
        string[] before = ["--user", "--map-root-user", "--mount", "sh", "-c", Script, "sh", kibibytes.ToString(CultureInfo.InvariantCulture), slotsPath, Identity("Uid"), Identity("Gid"), start.FileName];
        return new ProcessStartInfo("unshare", [.. before, .. start.ArgumentList]) { WorkingDirectory = start.WorkingDirectory };
    }

    /// <summary>Takes all that is free.</summary>
    public static void Fill(int clientProcess, string slotsPath)
    {
        using var filler = new FileStream(Filler(clientProcess, slotsPath), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives it back.</summary>
    public static void Empty(int clientProcess, string slotsPath) => File.Delete(Filler(clientProcess, slotsPath));

    private static string Filler(int clientProcess, string slotsPath) => string.Create(CultureInfo.InvariantCulture, $"/proc/{clientProcess}/root{slotsPath}/filler");

    private static string Identity(string name) => File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split('\t')[2];
}
