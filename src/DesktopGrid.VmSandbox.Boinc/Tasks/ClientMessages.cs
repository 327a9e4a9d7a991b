using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Tasks;

/// <summary>The texts that go through the channels (api/boinc_api.cpp, client/app_control.cpp).</summary>
internal static class ClientMessages
{
    /// <summary>There is a file <c>trickle_up.xml</c>.</summary>
    public const string HasTrickleUp = "<have_new_trickle_up/>\n";

    /// <summary>There are files that ask for an upload.</summary>
    public const string HasUpload = "<have_new_upload_file/>\n";

    /// <summary>What a message of process control says, in the order in which it is to be obeyed.</summary>
    public static IEnumerable<ClientWord> ProcessControl(string text)
    {
        (string Tag, ClientWord Word)[] known =
        [
            ("<suspend/>", ClientWord.Suspend),
            ("<resume/>", ClientWord.Resume),
            ("<reread_app_info/>", ClientWord.RereadInitData),
            ("<network_available/>", ClientWord.NetworkAvailable),
            ("<quit/>", ClientWord.Quit),
            ("<abort/>", ClientWord.Abort),
        ];
        return known.Where(each => text.Contains(each.Tag, StringComparison.Ordinal)).Select(static each => each.Word);
    }

    /// <summary>What a message about trickles and uploads says.</summary>
    public static IEnumerable<ClientWord> TrickleDown(string text)
    {
        if (text.Contains("<have_trickle_down/>", StringComparison.Ordinal))
        {
            yield return ClientWord.TrickleDown;
        }

        if (text.Contains("<upload_file_status/>", StringComparison.Ordinal))
        {
            yield return ClientWord.UploadStatus;
        }
    }

    /// <summary>What a heartbeat says; the network is allowed unless it says otherwise.</summary>
    public static Heartbeat Heartbeat(string text) => new(!text.Contains("<network_suspended/>", StringComparison.Ordinal), ValueText.Behind(text, "max_wss") ?? 0);

    /// <summary>What the client leaves about an upload; null for a text that says nothing.</summary>
    public static int? UploadStatus(string text) => ValueText.Behind(text, "status") is >= int.MinValue and <= int.MaxValue and var status && status == Math.Truncate(status) ? (int)status : null;

    /// <summary>The status of a task. Both CPU times always: the client takes a missing one for 0.</summary>
    public static string Status(TaskReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<current_cpu_time>{report.CpuTime.TotalSeconds:E6}</current_cpu_time>\n");
        text.Append(CultureInfo.InvariantCulture, $"<checkpoint_cpu_time>{report.CheckpointCpuTime.TotalSeconds:E6}</checkpoint_cpu_time>\n");
        text.Append(CultureInfo.InvariantCulture, $"<fraction_done>{report.FractionDone:E6}</fraction_done>\n");
        if (report.WantsNetwork)
        {
            text.Append("<want_network>1</want_network>\n");
        }

        if (report.OtherProcess is { } process)
        {
            text.Append(CultureInfo.InvariantCulture, $"<other_pid>{process}</other_pid>\n");
        }

        return text.ToString();
    }
}
