using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Disks;

/// <summary>Writes a stream to the output disk from its first byte on, in large aligned blocks, and never past the length that the host gave.</summary>
internal sealed unsafe class OutputDisk : IDisposable
{
    // The kernel sends so much in several requests at once; a smaller block leaves the host's disk waiting for the guest.
    private const int BlockSize = 4 * 1024 * 1024;

    private readonly BlockDevice _device;
    private readonly long _length;
    private readonly byte* _block = (byte*)NativeMemory.AlignedAlloc(BlockSize, CollectedFormat.Alignment);
    private long _written;
    private int _filled;

    public OutputDisk(string path, long length)
    {
        _length = length;
        try
        {
            _device = BlockDevice.OpenToWrite(path);
        }
        catch
        {
            NativeMemory.AlignedFree(_block);
            throw;
        }
    }

    /// <summary>Bytes that the stream has by now.</summary>
    public long Position => _written + _filled;

    /// <summary>The free part of the block in hand, never empty: to be filled and then told by <see cref="Advance"/>.</summary>
    public Span<byte> Free => new(_block + _filled, BlockSize - _filled);

    public void Advance(int bytes)
    {
        _filled += bytes;
        if (_filled == BlockSize)
        {
            Flush();
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, Free.Length)];
            part.CopyTo(Free);
            Advance(part.Length);
            bytes = bytes[part.Length..];
        }
    }

    public void AppendZeros(long count)
    {
        while (count > 0)
        {
            var part = Free[..(int)Math.Min(count, Free.Length)];
            part.Clear();
            Advance(part.Length);
            count -= part.Length;
        }
    }

    /// <summary>Fills the last block of the disk with zeros and writes what is left.</summary>
    /// <returns>The stream's length.</returns>
    public long Complete()
    {
        var over = Position % CollectedFormat.Alignment;
        AppendZeros(over == 0 ? 0 : CollectedFormat.Alignment - over);
        Flush();
        return _written;
    }

    public void Dispose()
    {
        _device.Dispose();
        NativeMemory.AlignedFree(_block);
    }

    private void Flush()
    {
        if (_written + _filled > _length)
        {
            // What is asked for is measured before it is begun.
            throw new InvalidOperationException("The stream is longer than the output disk.");
        }

        _device.Write(new ReadOnlySpan<byte>(_block, _filled), _written);
        _written += _filled;
        _filled = 0;
    }
}
