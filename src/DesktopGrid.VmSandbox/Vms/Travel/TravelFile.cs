using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using DesktopGrid.VmSandbox.Platform.Files;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Stores;

namespace DesktopGrid.VmSandbox.Vms.Travel;

/// <summary>
/// The file in which a checkpoint travels, written and read from its first byte to its last without going back:
/// <code>
/// 8 bytes    "VMSBOXCP"
/// 4 bytes    version, most significant byte first: 1
/// 4 bytes    length of the manifest, likewise; at most 64 KiB
/// manifest   JSON in UTF-8 (TravelManifest)
/// 32 bytes   SHA-256 of all before
/// state      as long as the manifest says, with the hash that it says
/// disk       likewise
/// </code>
/// </summary>
internal static class TravelFile
{
    private const int Version = 1, MaxManifestLength = 64 * 1024, BlockSize = 1024 * 1024;
    private const int PrefixLength = 16, VersionOffset = 8, LengthOffset = 12;

    private static ReadOnlySpan<byte> Magic => "VMSBOXCP"u8;

    /// <summary>Writes what stands before the parts. What the destination throws reaches the caller unchanged.</summary>
    public static async Task WriteHeadAsync(Stream destination, TravelManifest manifest, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(manifest, TravelJsonContext.Default.TravelManifest);
        var head = new byte[PrefixLength + text.Length + SHA256.HashSizeInBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(VersionOffset), Version);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(LengthOffset), text.Length);
        text.CopyTo(head.AsSpan(PrefixLength));
        SHA256.HashData(head.AsSpan(0, PrefixLength + text.Length), head.AsSpan(PrefixLength + text.Length));
        await destination.WriteAsync(head, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what stands before the parts, and judges it.</summary>
    /// <exception cref="VmException">Code <c>ImportInvalid</c>.</exception>
    public static async Task<TravelManifest> ReadHeadAsync(Stream source, CancellationToken cancellationToken)
    {
        var prefix = await TakeAsync(source, PrefixLength, cancellationToken).ConfigureAwait(false);
        Demand(prefix.AsSpan(0, Magic.Length).SequenceEqual(Magic), "it does not begin as an exported checkpoint");
        var version = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(VersionOffset));
        Demand(version == Version, $"it has version {version}, and this library reads version {Version}");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(LengthOffset));
        Demand(length is > 0 and <= MaxManifestLength, $"its manifest would have {length} bytes");
        var text = await TakeAsync(source, (int)length, cancellationToken).ConfigureAwait(false);
        var hash = await TakeAsync(source, SHA256.HashSizeInBytes, cancellationToken).ConfigureAwait(false);
        Demand(SHA256.HashData([.. prefix, .. text]).AsSpan().SequenceEqual(hash), "its manifest has other bytes than when it was written");
        var manifest = Parse(text);
        return manifest.Fault() is { } fault ? throw Invalid($"it {fault}") : manifest;
    }

    /// <summary>Sends a file as a part. What the destination throws reaches the caller unchanged.</summary>
    public static async Task SendAsync(string path, Stream destination, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        await using var scope = file.ConfigureAwait(false);
        await file.CopyToAsync(destination, BlockSize, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a part into a file, and the file to the disk. What the source throws reaches the caller unchanged.</summary>
    /// <param name="source">At the part's first byte.</param>
    /// <param name="part">How long it is, and its hash.</param>
    /// <param name="path">An empty file.</param>
    /// <param name="files">What takes it to the disk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VmException">Code <c>ImportInvalid</c>: it is cut or damaged.</exception>
    /// <exception cref="Platform.PlatformException">The disk is full.</exception>
    public static async Task ReceiveAsync(Stream source, TravelPart part, string path, IPrivateFiles files, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = Write(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None));
        var block = new byte[BlockSize];
        for (long at = 0; at < part.Length;)
        {
            var read = await source.ReadAtLeastAsync(block.AsMemory(0, (int)Math.Min(block.Length, part.Length - at)), 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            Demand(read > 0, "it ends too early");
            hash.AppendData(block, 0, read);
            var (offset, length) = (at, read);
            Write(path, () =>
            {
                RandomAccess.Write(file, block.AsSpan(0, length), offset);
                return true;
            });
            at += read;
        }

        Demand(Convert.ToHexStringLower(hash.GetHashAndReset()) == part.Sha256, "it has other bytes than when it was written");
        Write(path, () =>
        {
            files.Flush(file);
            return true;
        });
    }

    /// <summary>Nothing follows the last part.</summary>
    public static async Task DemandEndAsync(Stream source, CancellationToken cancellationToken) =>
        Demand(await source.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) == 0, "something follows its end");

    /// <summary>Why it is refused.</summary>
    public static VmException Invalid(string fault, Exception? cause = null) =>
        new(SandboxErrorCode.ImportInvalid, $"The checkpoint cannot be imported: {fault}.", cause) { Verb = VmVerb.Import, Step = "import.read" };

    private static TravelManifest Parse(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, TravelJsonContext.Default.TravelManifest) ?? throw Invalid("its manifest is empty");
        }
        catch (JsonException e)
        {
            throw Invalid("its manifest is none", e);
        }
    }

    private static async Task<byte[]> TakeAsync(Stream source, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        Demand(await source.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == length, "it ends too early");
        return bytes;
    }

    private static void Demand(bool holds, string fault)
    {
        if (!holds)
        {
            throw Invalid(fault);
        }
    }

    /// <summary>The store's failure is told as such; the source's stays the caller's own.</summary>
    private static T Write<T>(string path, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFault.From(e, $"The imported file {path} cannot be written");
        }
    }
}
