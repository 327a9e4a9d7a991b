using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>Reads the documents of an image, within bounds and against their hashes.</summary>
internal static class OciReading
{
    /// <summary>Bytes of one document; large ones have some hundred thousand.</summary>
    public const int MaxDocumentBytes = 4 * 1024 * 1024;

    /// <summary>Reads a document.</summary>
    /// <param name="files">Where it lies.</param>
    /// <param name="path">Its path.</param>
    /// <param name="hash">What its bytes must hash to; null where nobody promises it.</param>
    /// <param name="type">Its form.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Images.ImageException">It is missing, too long, or none.</exception>
    public static async Task<T> ReadAsync<T>(IImageFiles files, string path, string? hash, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (files.LengthOf(path) > MaxDocumentBytes)
        {
            throw ImportFault.Refused(files.Source, $"its document {ImportFault.Quote(path)} has more than {MaxDocumentBytes} bytes");
        }

        var stream = new HashedStream(files.Open(path, null));
        await using var scope = stream.ConfigureAwait(false);
        var bytes = new byte[files.LengthOf(path)];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (hash is not null)
        {
            await stream.DemandAsync(hash, $"{files.Source}, {path}", cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(0, read), type) ?? throw ImportFault.Malformed(files.Source, $"its document {ImportFault.Quote(path)} is empty");
        }
        catch (JsonException e)
        {
            throw ImportFault.Malformed(files.Source, $"its document {ImportFault.Quote(path)} is none", e);
        }
    }
}
