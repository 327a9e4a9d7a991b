using System.Buffers.Binary;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>
/// What a guest that goes on from a saved instant is told first; the body of <see cref="Routes.Renew"/>. Little-endian: 8 bytes of time,
/// <see cref="ProtocolLimits.EntropyBytes"/> random bytes, and, where the guest is another one now, the 16 bytes of its boot id. Not JSON, for an
/// emulated guest translates every instruction that it executes for the first time, and the start waits for this answer.
/// </summary>
/// <param name="UnixTimeMs">Milliseconds since 1970, UTC.</param>
/// <param name="Entropy">So that two guests from one instant do not draw the same numbers.</param>
/// <param name="BootId">What <c>/proc/sys/kernel/random/boot_id</c> (random(4)) shall read from now on; null to leave it.</param>
public sealed record RenewMessage(long UnixTimeMs, ReadOnlyMemory<byte> Entropy, Guid? BootId)
{
    private const int TimeLength = 8, BootIdLength = 16, ShortLength = TimeLength + ProtocolLimits.EntropyBytes;

    /// <summary>The most bytes that it has.</summary>
    public const int MaxLength = ShortLength + BootIdLength;

    /// <summary>As it travels.</summary>
    /// <returns>Its bytes.</returns>
    public byte[] ToBytes()
    {
        var bytes = new byte[BootId is null ? ShortLength : MaxLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, UnixTimeMs);
        Entropy.Span.CopyTo(bytes.AsSpan(TimeLength, ProtocolLimits.EntropyBytes));
        BootId?.TryWriteBytes(bytes.AsSpan(ShortLength));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">All of it.</param>
    /// <returns>The message; null where it is none.</returns>
    public static RenewMessage? Parse(ReadOnlyMemory<byte> bytes) => bytes.Length is ShortLength or MaxLength
        ? new RenewMessage(
            BinaryPrimitives.ReadInt64LittleEndian(bytes.Span),
            bytes.Slice(TimeLength, ProtocolLimits.EntropyBytes),
            bytes.Length == MaxLength ? new Guid(bytes.Span[ShortLength..]) : null)
        : null;
}
