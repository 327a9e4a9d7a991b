using System.Security.Cryptography;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Hashes what goes through it.</summary>
internal sealed class HashedStream(Stream inner) : ForwardStream
{
    private const int DrainSize = 64 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(buffer.Span[..read]);
        return read;
    }

    /// <summary>Reads what is left, and compares.</summary>
    /// <param name="hash">What it has to be, in hexadecimal digits.</param>
    /// <param name="source">What it is called in a failure.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Images.ImageException">It has other bytes.</exception>
    public async Task DemandAsync(string hash, string source, CancellationToken cancellationToken)
    {
        var rest = new byte[DrainSize];
        while (await ReadAsync(rest, cancellationToken).ConfigureAwait(false) > 0)
        {
        }

        if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != hash)
        {
            throw ImportFault.Malformed(source, "it has other bytes than its SHA-256 says");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
