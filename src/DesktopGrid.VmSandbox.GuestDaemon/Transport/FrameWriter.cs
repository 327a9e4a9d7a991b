using System.Buffers;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>Writes frames to a port. Used by one thread at a time; stands still while the host does not read, until it is cancelled.</summary>
internal sealed class FrameWriter(PortHandle handle, uint tag, CancellationToken cancelled)
{
    // Below this a frame is copied into one piece: a system call costs more than the copy.
    private const int SmallFrame = 16 * 1024;
    private const int PollMs = 200;
    private const int AwayPauseMs = 5;

    private readonly byte[] _small = new byte[ChannelFraming.HeaderLength + SmallFrame + ChannelFraming.TrailerLength];

    public void WriteReady(ReadOnlySpan<byte> epoch)
    {
        ChannelFraming.ReadyMagic.CopyTo(_small);
        epoch.CopyTo(_small.AsSpan(ChannelFraming.ReadyMagic.Length));
        WriteAll(_small.AsSpan(0, ChannelFraming.HelloLength));
    }

    public void WriteEnd() => WriteSmall(ReadOnlySequence<byte>.Empty);

    public void WriteFrames(ReadOnlySequence<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var payload = bytes.Slice(0, Math.Min(bytes.Length, ChannelFraming.MaxPayload));
            if (payload.Length <= SmallFrame)
            {
                WriteSmall(payload);
            }
            else if (BlockPool.TryWiden(payload.First, out var frame))
            {
                // A frame for each block, in its place: no copy, and no small piece for the driver.
                payload = payload.Slice(0, payload.First.Length);
                WriteInPlace(frame.Span);
            }
            else
            {
                WriteLarge(payload);
            }

            bytes = bytes.Slice(payload.End);
        }
    }

    private void WriteSmall(ReadOnlySequence<byte> payload)
    {
        var length = (int)payload.Length;
        ChannelFraming.WriteHeader(_small, length, tag);
        payload.CopyTo(_small.AsSpan(ChannelFraming.HeaderLength));
        ChannelFraming.WriteTrailer(_small.AsSpan(ChannelFraming.HeaderLength + length), tag);
        WriteAll(_small.AsSpan(0, ChannelFraming.HeaderLength + length + ChannelFraming.TrailerLength));
    }

    private void WriteInPlace(Span<byte> frame)
    {
        ChannelFraming.WriteHeader(frame, frame.Length - ChannelFraming.HeaderLength - ChannelFraming.TrailerLength, tag);
        ChannelFraming.WriteTrailer(frame[^ChannelFraming.TrailerLength..], tag);
        WriteAll(frame);
    }

    private void WriteLarge(ReadOnlySequence<byte> payload)
    {
        ChannelFraming.WriteHeader(_small, (int)payload.Length, tag);
        WriteAll(_small.AsSpan(0, ChannelFraming.HeaderLength));
        foreach (var segment in payload)
        {
            WriteAll(segment.Span);
        }

        ChannelFraming.WriteTrailer(_small, tag);
        WriteAll(_small.AsSpan(0, ChannelFraming.TrailerLength));
    }

    private void WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            cancelled.ThrowIfCancellationRequested();
            var written = handle.Write(bytes);
            if (written > 0)
            {
                bytes = bytes[written..];
            }
            else if (handle.WaitWritable(PollMs))
            {
                // The host is away, and poll() says so at once: a real pause instead of a busy loop.
                cancelled.WaitHandle.WaitOne(AwayPauseMs);
            }
        }
    }
}
