using System.Text;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Control.GuiRpc;

/// <summary>The client's password, in a file of its data folder that its group may read.</summary>
internal static class GuiRpcPassword
{
    public const string FileName = "gui_rpc_auth.cfg";

    private const int LongestFile = 4096;

    /// <exception cref="BoincException">The file is not there, or this user may not read it.</exception>
    public static string Read(string dataFolder)
    {
        var text = Encoding.UTF8.GetString(BoundedFile.Read(Path.Combine(dataFolder, FileName), LongestFile));
        return text.Split('\n')[0].Trim();
    }
}
