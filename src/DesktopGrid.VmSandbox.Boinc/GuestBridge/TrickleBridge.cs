using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.GuestBridge;

/// <summary>Carries trickles and intermediate uploads between the guest's work directory and the slot.</summary>
/// <param name="task">The client.</param>
/// <param name="session">The guest.</param>
/// <param name="outputs">Logical names of outputs, and where they are on the host: nothing else leaves the guest.</param>
/// <param name="mostBytes">The most bytes of an output.</param>
/// <param name="tell">Where a reader of stderr.txt is told.</param>
internal sealed class TrickleBridge(BoincTask task, ISandboxSession session, IReadOnlyDictionary<string, string> outputs, long mostBytes, Action<string> tell)
{
    // A project's scheduler takes some tens of kilobytes; the client reads the file whole.
    private const int MostTrickleBytes = 1024 * 1024;

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Takes out what the guest has to send: a trickle, and outputs that shall be uploaded while it runs.</summary>
    /// <exception cref="SandboxException">The guest does not answer, or the slot cannot be written.</exception>
    public async Task FromGuestAsync(CancellationToken cancellationToken)
    {
        var requests = new List<string>();
        var hasTrickle = false;
        await foreach (var entry in session.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            hasTrickle |= entry.Kind is GuestEntryKind.File && entry.Name == SlotFiles.TrickleUp;
            if (entry.Name.StartsWith(SlotFiles.UploadRequest, StringComparison.Ordinal) && outputs.ContainsKey(entry.Name[SlotFiles.UploadRequest.Length..]) && requests.Count < outputs.Count)
            {
                requests.Add(entry.Name[SlotFiles.UploadRequest.Length..]);
            }
        }

        // The client takes a trickle out of the slot within a second; one that still lies there would be lost if it were written over.
        if (hasTrickle && !File.Exists(Path.Combine(task.Slot, SlotFiles.TrickleUp)))
        {
            var text = await session.GetTextAsync(SlotFiles.TrickleUp, MostTrickleBytes, cancellationToken).ConfigureAwait(false);
            await session.DeleteAsync(SlotFiles.TrickleUp, cancellationToken: cancellationToken).ConfigureAwait(false);
            task.TrySendTrickleFile(text);
        }

        foreach (var name in requests.Where(_asked.Add))
        {
            await UploadAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Carries messages of the project's scheduler into the guest.</summary>
    /// <returns>Whether there were any.</returns>
    public Task<bool> DownAsync(CancellationToken cancellationToken) => IntoGuestAsync(SlotFiles.TrickleDown, isMoved: true, cancellationToken);

    /// <summary>Carries the word of what became of uploads into the guest.</summary>
    /// <returns>Whether there was any.</returns>
    public Task<bool> UploadStatusAsync(CancellationToken cancellationToken) => IntoGuestAsync(SlotFiles.UploadStatus, isMoved: false, cancellationToken);

    private async Task UploadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await session.GetFileAsync(name, outputs[name], mostBytes, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound or SandboxErrorCode.GuestPathRefused or SandboxErrorCode.GuestTooLarge)
        {
            tell($"the program asks for an upload of {name}, which cannot be taken out: {e.Sentence}");
            return;
        }

        task.RequestUpload(name);
    }

    private async Task<bool> IntoGuestAsync(string prefix, bool isMoved, CancellationToken cancellationToken)
    {
        var isAny = false;
        foreach (var path in Directory.EnumerateFiles(task.Slot, prefix + "*"))
        {
            await session.PutFileAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
            isAny = true;
            if (isMoved)
            {
                // The application removes its own when it has read it; the one in the slot would come again with the next.
                File.Delete(path);
            }
        }

        return isAny;
    }
}
