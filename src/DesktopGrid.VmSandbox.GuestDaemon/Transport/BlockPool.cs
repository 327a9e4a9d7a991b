using System.Buffers;
using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.GuestDaemon.Transport;

/// <summary>
/// Memory for the pipes between ports and Kestrel: blocks of a frame's payload, used again and again. Kestrel's own have 4 KiB and would cost
/// a system call each; blocks made anew would cost emulation the touching of every new page. Before and behind the payload there is room for
/// a frame's header and trailer, which nobody sees but who asks for it.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of every block.</summary>
    public const int BlockSize = ChannelFraming.MaxPayload;

    private const int FrameSize = ChannelFraming.HeaderLength + BlockSize + ChannelFraming.TrailerLength;

    // What two streams at full speed have in use; more goes back to the collector.
    private const int MaxIdle = 32;

    private readonly Stack<Block> _idle = new();

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_idle)
        {
            return _idle.TryPop(out var block) ? block : new Block(this);
        }
    }

    /// <summary>
    /// The payload with the room for a header before it and a trailer behind it, where it is a block up to its end: what stood before it in
    /// the block must have been sent. What came from elsewhere, or ends earlier, has no room.
    /// </summary>
    public static bool TryWiden(ReadOnlyMemory<byte> payload, out Memory<byte> frame)
    {
        var hasRoom = MemoryMarshal.TryGetArray(payload, out var part)
            && part.Array!.Length == FrameSize
            && part.Offset >= ChannelFraming.HeaderLength
            && part.Offset + part.Count == FrameSize - ChannelFraming.TrailerLength;
        frame = hasRoom ? part.Array.AsMemory(part.Offset - ChannelFraming.HeaderLength) : default;
        return hasRoom;
    }

    protected override void Dispose(bool disposing)
    {
        // Plain memory: the collector's.
    }

    private void Return(Block block)
    {
        lock (_idle)
        {
            if (_idle.Count < MaxIdle)
            {
                _idle.Push(block);
            }
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(FrameSize);

        public Memory<byte> Memory => _bytes.AsMemory(ChannelFraming.HeaderLength, BlockSize);

        public void Dispose() => pool.Return(this);
    }
}
