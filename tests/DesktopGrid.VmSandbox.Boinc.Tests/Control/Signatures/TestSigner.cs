using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.Signatures;

/// <summary>Signs as a project does, with a key of its own.</summary>
internal sealed class TestSigner : IDisposable
{
    private readonly RSA _rsa = RSA.Create(1024);

    public string Key
    {
        get
        {
            var numbers = _rsa.ExportParameters(includePrivateParameters: false);
            var exponent = new byte[128];
            numbers.Exponent!.CopyTo(exponent, 128 - numbers.Exponent.Length);
            return $"1024\n{Lines([.. numbers.Modulus!, .. exponent])}";
        }
    }

    public string Sign(byte[] content)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(content);
        return SignDigest(Convert.ToHexStringLower(md5.GetHashAndReset()));
    }

    public string SignDigest(string digest)
    {
        var block = Enumerable.Repeat((byte)0xff, 128).ToArray();
        (block[0], block[1], block[127 - digest.Length]) = (0, 1, 0);
        Encoding.ASCII.GetBytes(digest, block.AsSpan(128 - digest.Length));
        return Raw(block);
    }

    /// <summary>The private key's work on any block.</summary>
    public string Raw(byte[] block)
    {
        var numbers = _rsa.ExportParameters(includePrivateParameters: true);
        var signature = BigInteger.ModPow(Number(block), Number(numbers.D!), Number(numbers.Modulus!)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return Lines([.. new byte[128 - signature.Length], .. signature]);
    }

    public void Dispose() => _rsa.Dispose();

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static string Lines(byte[] bytes) => string.Join('\n', Convert.ToHexStringLower(bytes).Chunk(64).Select(static line => new string(line))) + "\n.\n";
}
