using System.Security.Cryptography;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Control.Signatures;

/// <summary>
/// A project's signature of a file. What is signed are the 32 hexadecimal digits of the file's MD5, padded by PKCS#1 v1.5 type 1, without the
/// name of a hash in front of them.
/// </summary>
internal static class FileSignature
{
    private const int DigestLength = 32;

    /// <summary>Whether the key's holder signed a file with this MD5.</summary>
    public static bool IsOf(CodeSignKey key, string signature, ReadOnlySpan<byte> md5)
    {
        if (HexBlock.Parse(signature, CodeSignKey.Bytes) is not { } bytes || key.Open(bytes) is not { } block)
        {
            return false;
        }

        // The whole block is compared, so that there is no padding to parse.
        return CryptographicOperations.FixedTimeEquals(block, Expected(md5));
    }

    private static byte[] Expected(ReadOnlySpan<byte> md5)
    {
        var block = new byte[CodeSignKey.Bytes];
        block.AsSpan().Fill(0xff);
        block[0] = 0;
        block[1] = 1;
        block[^(DigestLength + 1)] = 0;
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(md5), block.AsSpan(^DigestLength..));
        return block;
    }
}
