using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>A project's code signing key: RSA of 1024 bits, in BOINC's own form.</summary>
internal sealed class CodeSigningKey
{
    private const int Bytes = 128;

    private readonly BigInteger _modulus;
    private readonly BigInteger _secret;

    public CodeSigningKey()
    {
#pragma warning disable CA5385 // BOINC's clients know no other length.
        using var rsa = RSA.Create(8 * Bytes);
#pragma warning restore CA5385
        var parameters = rsa.ExportParameters(true);
        _modulus = new BigInteger(parameters.Modulus!, isUnsigned: true, isBigEndian: true);
        _secret = new BigInteger(parameters.D!, isUnsigned: true, isBigEndian: true);
        PublicText = string.Create(CultureInfo.InvariantCulture, $"{8 * Bytes}\n{ToHexLines([.. Padded(_modulus), .. Padded(new BigInteger(parameters.Exponent!, isUnsigned: true, isBigEndian: true))])}.\n");
    }

    /// <summary>The text of the element code_sign_key.</summary>
    public string PublicText { get; }

    /// <summary>The text of the element file_signature: the padded MD5 digits without the usual naming of the digest.</summary>
    public string Sign(AppFile file)
    {
        var digits = Encoding.ASCII.GetBytes(file.Md5);
        byte[] block = [0, 1, .. Enumerable.Repeat((byte)0xff, Bytes - digits.Length - 3), 0, .. digits];
        var signature = BigInteger.ModPow(new BigInteger(block, isUnsigned: true, isBigEndian: true), _secret, _modulus);
        return ToHexLines(Padded(signature)) + ".\n";
    }

    private static byte[] Padded(BigInteger number)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[Bytes - bytes.Length], .. bytes];
    }

    private static string ToHexLines(byte[] bytes) => string.Concat(bytes.Chunk(32).Select(static line => Convert.ToHexStringLower(line) + "\n"));
}
