using DesktopGrid.VmSandbox.Boinc.Control.ClientState;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control;

/// <summary>Finds the BOINC client's data folder where its packages put it.</summary>
internal static class DataFolder
{
    /// <summary>The variable that names it.</summary>
    public const string Variable = "BOINC_DATA_DIR";

    /// <exception cref="BoincException">There is none, or the one that is named holds no client's state.</exception>
    public static string Find(string? option)
    {
        var named = option ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? variable : null);
        string[] places = named is not null ? [named] :
        [
            "/var/lib/boinc-client",
            "/var/lib/boinc",
            "/Library/Application Support/BOINC Data",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "BOINC"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "BOINC"),
        ];
        return Array.Find(places, static place => File.Exists(Path.Combine(place, ClientStateFile.Name))) is { } found
            ? Path.GetFullPath(found)
            : throw new BoincException(SandboxErrorCode.BoincFileMissing, $"There is no BOINC client's data folder here: {ClientStateFile.Name} is not in {string.Join(", ", places)}.") { Advice = $"Name the folder by --data-dir or {Variable}; this user must be allowed to read it." };
    }
}
