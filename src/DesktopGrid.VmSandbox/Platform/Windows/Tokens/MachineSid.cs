using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DesktopGrid.VmSandbox.Platform.Windows.Tokens;

/// <summary>
/// A security identifier of one machine's own, and the access lists that name it. Nobody has to register such an identifier: a token may
/// be restricted to any, and then passes only where a list names one of those that it is restricted to.
/// </summary>
internal static class MachineSid
{
    public const string Everyone = "S-1-1-0", Restricted = "S-1-5-12", Administrators = "S-1-5-32-544", Users = "S-1-5-32-545", LocalSystem = "S-1-5-18", LowIntegrity = "S-1-16-4096";

    // "SID Components": an authority for resource managers, whose identifiers mean nothing to others.
    private const string Authority = "S-1-9";

    public static string Of(string identity)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(identity));
        return string.Create(CultureInfo.InvariantCulture, $"{Authority}-{Part(0)}-{Part(1)}-{Part(2)}-{Part(3)}");

        uint Part(int number) => BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(number * 4));
    }

    /// <summary>What the process makes, its own threads among it, is open to itself again: to its user and to its machine.</summary>
    public static string OwnObjects(string user, string machine) => $"D:(A;;GA;;;{LocalSystem})(A;;GA;;;{user})(A;;GA;;;{machine})";

    /// <summary>"Mandatory Integrity Control": processes of low integrity may write; what is made inside a folder is the same.</summary>
    public static string LowLabel(bool isFolder) => $"S:(ML;{(isFolder ? "OICI" : "")};NW;;;LW)";
}
