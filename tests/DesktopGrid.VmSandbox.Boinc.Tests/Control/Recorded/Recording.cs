using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;

/// <summary>What a real client wrote.</summary>
internal static class Recording
{
    public const string ClientState = "client_state.xml";

    public static byte[] Bytes(string name)
    {
        using var stream = typeof(Recording).Assembly.GetManifestResourceStream($"Recorded/{name}") ?? throw new InvalidOperationException($"There is no recording {name}.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));
}
