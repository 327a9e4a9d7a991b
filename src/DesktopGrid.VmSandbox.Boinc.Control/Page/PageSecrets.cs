using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>Two secrets of 32 random bytes, new for each run of the page: who has the one may switch projects, who has the other may look.</summary>
/// <param name="Owner">The volunteer's.</param>
/// <param name="View">The one that the client learns, and through it whoever may talk with it.</param>
internal sealed record PageSecrets(string Owner, string View)
{
    private const int Bytes = 32;

    public static PageSecrets Create() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>Whether a word of an address is a secret, without telling by the time it takes how much of it is.</summary>
    public static bool IsSame(string secret, string word) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(word));
}
