using System.Numerics;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.Signatures;

/// <summary>The public key with which a project signs its applications: RSA of 1024 bits, the only length that the client knows.</summary>
internal sealed class CodeSignKey
{
    public const int Bits = 1024, Bytes = Bits / 8;

    // The client's tool takes 65537; a longer exponent would only make us work.
    private const int LongestExponentBits = 64;

    private readonly BigInteger _modulus, _exponent;

    private CodeSignKey(BigInteger modulus, BigInteger exponent) => (_modulus, _exponent) = (modulus, exponent);

    /// <summary>Reads the text of <c>&lt;code_sign_key&gt;</c>: the number of bits, then modulus and exponent of 128 bytes each.</summary>
    /// <exception cref="BoincException">The text is no such key.</exception>
    public static CodeSignKey Parse(string text)
    {
        var body = text.AsSpan().Trim();
        var end = body.IndexOfAny('\n', '\r', ' ');
        if (end < 0 || body[..end] is not "1024" || HexBlock.Parse(body[end..], 2 * Bytes) is not { } bytes)
        {
            throw Malformed("it is not \"1024\" and 256 bytes in hexadecimal digits, with a \".\" at the end");
        }

        var modulus = new BigInteger(bytes.AsSpan(0, Bytes), isUnsigned: true, isBigEndian: true);
        var exponent = new BigInteger(bytes.AsSpan(Bytes), isUnsigned: true, isBigEndian: true);
        if (modulus.GetBitLength() < Bits - 8 || modulus.IsEven || exponent < 3 || exponent.IsEven || exponent.GetBitLength() > LongestExponentBits)
        {
            throw Malformed("its numbers are none of an RSA key of 1024 bits");
        }

        return new CodeSignKey(modulus, exponent);
    }

    /// <summary>What the holder of the private key signed: the block of 128 bytes with its padding; null where the signature is no number below the modulus.</summary>
    public byte[]? Open(ReadOnlySpan<byte> signature)
    {
        var number = new BigInteger(signature, isUnsigned: true, isBigEndian: true);
        if (signature.Length != Bytes || number >= _modulus)
        {
            return null;
        }

        var opened = BigInteger.ModPow(number, _exponent, _modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        var block = new byte[Bytes];
        opened.CopyTo(block, Bytes - opened.Length);
        return block;
    }

    private static BoincException Malformed(string fault) => new(SandboxErrorCode.BoincFileMalformed, $"The project's code sign key cannot be used: {fault}.");
}
