using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.MessageHandler;

/// <summary>The channels of the task that runs, where it has any.</summary>
internal sealed class Channels(WorkDirectory work, Outbox outbox)
{
    private ChannelBridge? _bridge;

    /// <summary>Makes the file. For one caller at a time, and while no task runs.</summary>
    /// <returns>What bridges it, not yet begun; null where none is wanted.</returns>
    /// <exception cref="RequestException">It cannot be as it is wanted.</exception>
    public ChannelBridge? Make(ChannelFile? wanted)
    {
        if (wanted is null)
        {
            return null;
        }

        if ((wanted.Path == RelativePath.Root ? "The work directory itself cannot be a file of channels." : RelativePath.Fault(wanted.Path)) is { } refused)
        {
            throw new RequestException(GuestErrorCode.PathRefused, refused);
        }

        if (wanted.Fault() is { } fault)
        {
            throw new RequestException(GuestErrorCode.BadRequest, fault);
        }

        return new ChannelBridge(new ChannelMemory(work.MakeShared(wanted.Path, wanted.Count * wanted.Size), wanted.Size), wanted, outbox);
    }

    /// <summary>From now on texts go both ways.</summary>
    public void Begin(ChannelBridge? bridge)
    {
        bridge?.Start();
        Volatile.Write(ref _bridge, bridge);
    }

    /// <summary>Takes what the program has left there, and closes the file. After the program's end.</summary>
    public Task EndAsync() => Interlocked.Exchange(ref _bridge, null)?.EndAsync() ?? Task.CompletedTask;

    /// <summary>Takes a message to the program whose name is a channel's.</summary>
    /// <returns>False where it is an ordinary one.</returns>
    /// <exception cref="RequestException">There is no such channel for the host, or it takes no more.</exception>
    public bool TryPost(string key, byte[] text)
    {
        if (!key.StartsWith(ChannelFile.KeyPrefix, StringComparison.Ordinal) || Volatile.Read(ref _bridge) is not { } bridge)
        {
            return false;
        }

        bridge.Post(key, text);
        return true;
    }
}
