using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>The upload handler: takes files in pieces, and can break off in the middle as a bad line does.</summary>
internal sealed class UploadHandler(Journal<UploadedFile> uploads)
{
    private static readonly byte[] Data = "<data>\n"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _kept = [];
    private readonly Dictionary<string, int> _requests = [];
    private int _interruptions;

    /// <summary>The next uploads keep half of what they brought and ask to be tried again.</summary>
    public void Interrupt(int times)
    {
        lock (_lock)
        {
            _interruptions = times;
        }
    }

    /// <summary>The text of the reply.</summary>
    public string Answer(byte[] request)
    {
        var at = request.AsSpan().IndexOf(Data);
        var header = Encoding.UTF8.GetString(at < 0 ? request : request.AsSpan(0, at));
        lock (_lock)
        {
            return at < 0
                ? Markup.Find(header, "get_file_size") is { } name
                    ? Reply(0, $"<file_size>{_kept.GetValueOrDefault(name, []).Length}</file_size>\n")
                    : Reply(-1, "<message>no data</message>\n")
                : Keep(header, request.AsSpan(at + Data.Length));
        }
    }

    private string Keep(string header, ReadOnlySpan<byte> data)
    {
        var name = Markup.Find(header, "name")!;
        var before = _kept.GetValueOrDefault(name, []);
        var offset = (int)Markup.Number(header, "offset");
        var total = (int)Markup.Number(header, "nbytes");
        _requests[name] = _requests.GetValueOrDefault(name) + 1;
        if (offset > before.Length || offset + data.Length != total)
        {
            return Reply(-1, $"<message>{data.Length} bytes from {offset} make no {total}, {before.Length} were there</message>\n");
        }

        if (_interruptions > 0)
        {
            _interruptions--;
            _kept[name] = [.. before.AsSpan(0, offset), .. data[..(data.Length / 2)]];
            return Reply(1, "<message>the line broke</message>\n");
        }

        byte[] content = [.. before.AsSpan(0, offset), .. data];
        if (AppFile.Md5Of(content) != Markup.Find(header, "md5_cksum"))
        {
            return Reply(-1, "<message>the MD5 is another</message>\n");
        }

        _kept[name] = content;
        uploads.Add(new UploadedFile(name, content, _requests[name]));
        return Reply(0, "");
    }

    private static string Reply(int status, string more) => $"<data_server_reply>\n<status>{status}</status>\n{more}</data_server_reply>\n";
}
