using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// How HTTP's bytes travel over a virtio-serial port. The port is one endless byte stream whose host end may go and come back while
/// bytes of the old connection are still queued on either side, so HTTP cannot run on it bare. Every host connection therefore begins
/// with a hello that carries a random epoch, the guest answers with ready and the same epoch, and from then on all bytes travel in
/// frames that name the epoch before and after their payload:
/// <code>
/// hello  host to guest   16 bytes magic, 16 bytes epoch
/// ready  guest to host   16 bytes magic, the same 16 bytes
/// frame  both ways       u32 length (0..MaxPayload), u32 tag, payload, u32 ~tag        little-endian; tag = first 4 bytes of the epoch
/// </code>
/// A frame of length 0 ends the sender's direction. A receiver hands a frame's payload on only after its last four bytes proved right;
/// at anything unexpected the guest drops the connection and searches for the next hello, the host closes. A host that gets no ready
/// sends <see cref="FlushLength"/> zero bytes (which complete any frame that the guest may still be waiting for) and the hello again.
/// </summary>
public static class ChannelFraming
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 8;
    /// <summary>Bytes after the payload.</summary>
    public const int TrailerLength = 4;
    /// <summary>
    /// The most payload bytes of one frame, which with header and trailer is 128 KiB then: four times what the guest's driver sends at once,
    /// so that no frame begins or ends with a few bytes on their own.
    /// </summary>
    public const int MaxPayload = (128 * 1024) - HeaderLength - TrailerLength;
    /// <summary>Bytes of a hello or a ready.</summary>
    public const int HelloLength = 32;
    /// <summary>Bytes of an epoch.</summary>
    public const int EpochLength = 16;
    /// <summary>Zero bytes that are sure to end a half-received frame.</summary>
    public const int FlushLength = MaxPayload + HeaderLength + TrailerLength;

    /// <summary>The first 16 bytes of a hello.</summary>
    public static ReadOnlySpan<byte> HelloMagic => "\u0001VMSANDBOX-HELLO"u8;
    /// <summary>The first 16 bytes of a ready.</summary>
    public static ReadOnlySpan<byte> ReadyMagic => "\u0001VMSANDBOX-READY"u8;

    /// <summary>The tag of an epoch.</summary>
    /// <param name="epoch">At least four bytes.</param>
    /// <returns>Its first four bytes, little-endian.</returns>
    public static uint Tag(ReadOnlySpan<byte> epoch) => BinaryPrimitives.ReadUInt32LittleEndian(epoch);

    /// <summary>Writes a frame's header.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="length">Payload bytes.</param>
    /// <param name="tag">The epoch's tag.</param>
    public static void WriteHeader(Span<byte> destination, int length, uint tag)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], tag);
    }

    /// <summary>Reads a frame's header.</summary>
    /// <param name="source">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="tag">The epoch's tag.</param>
    /// <param name="length">Payload bytes.</param>
    /// <returns>Whether it is a header of this epoch within the ceiling.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, uint tag, out int length)
    {
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(source);
        length = stated <= MaxPayload ? (int)stated : -1;
        return length >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) == tag;
    }

    /// <summary>Writes a frame's trailer.</summary>
    /// <param name="destination">At least <see cref="TrailerLength"/> bytes.</param>
    /// <param name="tag">The epoch's tag.</param>
    public static void WriteTrailer(Span<byte> destination, uint tag) => BinaryPrimitives.WriteUInt32LittleEndian(destination, ~tag);

    /// <summary>Checks a frame's trailer.</summary>
    /// <param name="source">At least <see cref="TrailerLength"/> bytes.</param>
    /// <param name="tag">The epoch's tag.</param>
    /// <returns>Whether it is right.</returns>
    public static bool IsTrailer(ReadOnlySpan<byte> source, uint tag) => BinaryPrimitives.ReadUInt32LittleEndian(source) == ~tag;
}
