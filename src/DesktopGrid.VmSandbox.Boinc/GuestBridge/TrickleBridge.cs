using DesktopGrid.VmSandbox.Boinc.Platform;
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
/// <param name="mostBytes">The most bytes of all outputs together.</param>
/// <param name="tell">Where a reader of stderr.txt is told.</param>
internal sealed class TrickleBridge(BoincTask task, ISandboxSession session, IReadOnlyDictionary<string, string> outputs, long mostBytes, Action<string> tell)
{
    // The client puts the whole file into its next request to the scheduler.
    private const int MostTrickleBytes = 64 * 1024;

    private bool _waits;

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

        if (hasTrickle)
        {
            await TrickleAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var name in requests.Where(_asked.Add))
        {
            await UploadAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tries again, where the client had not yet taken the trickle before.</summary>
    /// <exception cref="SandboxException">As above.</exception>
    public Task RetryAsync(CancellationToken cancellationToken) => _waits ? TrickleAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Carries messages of the project's scheduler into the guest.</summary>
    /// <returns>Whether there were any.</returns>
    public Task<bool> DownAsync(CancellationToken cancellationToken) => IntoGuestAsync(SlotFiles.TrickleDown, isMoved: true, cancellationToken);

    /// <summary>Carries the word of what became of uploads into the guest.</summary>
    /// <returns>Whether there was any.</returns>
    public Task<bool> UploadStatusAsync(CancellationToken cancellationToken) => IntoGuestAsync(SlotFiles.UploadStatus, isMoved: false, cancellationToken);

    private async Task TrickleAsync(CancellationToken cancellationToken)
    {
        try
        {
            var text = await session.GetTextAsync(SlotFiles.TrickleUp, MostTrickleBytes, cancellationToken).ConfigureAwait(false);
            // The client takes a trickle out of the slot within a second; one that still lies there would be lost if it were written over.
            _waits = IsHonest(text) && !task.TrySendTrickleFile(text) && !task.IsAlone;
            if (!_waits)
            {
                await session.DeleteAsync(SlotFiles.TrickleUp, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound or SandboxErrorCode.GuestPathRefused or SandboxErrorCode.GuestTooLarge)
        {
            _waits = false;
            tell($"a trickle cannot be taken out: {e.Sentence}");
        }
    }

    /// <summary>Whether a trickle is one: its text stands unchanged in the client's request, and must not end its place there and go on in the client's name.</summary>
    private bool IsHonest(string text)
    {
        var isHonest = !text.Contains("msg_from_host", StringComparison.OrdinalIgnoreCase) && !text.Contains("scheduler_request", StringComparison.OrdinalIgnoreCase) && !text.Contains('\0', StringComparison.Ordinal);
        if (!isHonest)
        {
            tell("a trickle of the program's is not passed on: it would end the client's own message");
        }

        return isHonest;
    }

    private async Task UploadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await session.GetFileAsync(name, outputs[name], BytesFor(name), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound or SandboxErrorCode.GuestPathRefused or SandboxErrorCode.GuestTooLarge)
        {
            tell($"the program asks for an upload of {name}, which cannot be taken out: {e.Sentence}");
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileUnwritable, $"The output {name} cannot be written: {e.Message}", e) { IsTransient = true };
        }

        task.RequestUpload(name);
    }

    /// <summary>What the others have left of it.</summary>
    private long BytesFor(string name) =>
        Math.Max(0, mostBytes - outputs.Where(output => output.Key != name).Select(static output => new FileInfo(output.Value)).Where(static file => file.Exists).Sum(static file => file.Length));

    private async Task<bool> IntoGuestAsync(string prefix, bool isMoved, CancellationToken cancellationToken)
    {
        var isAny = false;
        foreach (var path in Directory.EnumerateFiles(task.Slot, prefix + "*"))
        {
            if (!await PutAsync(path, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            isAny = true;
            if (isMoved)
            {
                // The application removes its own when it has read it; the one in the slot would come again with the next.
                File.Delete(path);
            }
        }

        return isAny;
    }

    /// <summary>Whether it could be read: not what a program has put there in place of a file.</summary>
    private async Task<bool> PutAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var content = RegularFile.OpenRead(path);
            await using var scope = content.ConfigureAwait(false);
            await session.PutAsync(Path.GetFileName(path), content, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            tell($"{Path.GetFileName(path)} in the slot cannot be read: {e.Message}");
            return false;
        }
    }
}
