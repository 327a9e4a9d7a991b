using System.Threading.Channels;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.SharedMemory;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tasks;

/// <summary>
/// A task under a BOINC client, from the application's side: hears the client, and tells it each second how far the task is. Without a client, which is
/// without <c>init_data.xml</c> in the slot, it is alone: nothing is heard, and nobody is told. Safe for several threads.
/// </summary>
public sealed class BoincTask : IAsyncDisposable
{
    // "boinc_finish" waits so long after the last status, so that it is read before the process is gone (api/boinc_api.cpp).
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(2);

    // The client reads a message whole; a scheduler takes some tens of kilobytes.
    private const int MostTrickleBytes = 1024 * 1024;

    private readonly BoincTaskOptions _options;
    private readonly SlotLock? _lock;
    private readonly ClientLine? _line;

    private BoincTask(BoincTaskOptions options, SlotLock? slotLock, AppInitData? initData, ClientLine? line)
    {
        (_options, _lock, InitData, _line) = (options, slotLock, initData, line);
        Slot = Path.GetFullPath(options.Slot);
    }

    /// <summary>The slot, absolute.</summary>
    public string Slot { get; }

    /// <summary>Whether there is no client.</summary>
    public bool IsAlone => _line is null;

    /// <summary>What the client says, in its order; it ends with <see cref="ClientWord.ClientLost"/> when the task is disposed. Of a task alone, nothing.</summary>
    public ChannelReader<ClientWord> Words => _line?.Words ?? Channel.CreateUnbounded<ClientWord>().Reader;

    /// <summary>The last heartbeat; null before the first, and alone.</summary>
    public Heartbeat? Heartbeat => _line?.Heartbeat;

    /// <summary>What the client is told each second from now on.</summary>
    public TaskReport Report
    {
        get => _line?.Report ?? new TaskReport();
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _line?.Report = value;
        }
    }

    /// <summary>What the client has told before the start, and told anew; null alone.</summary>
    public AppInitData? InitData { get; private set; }

    /// <summary>Takes the slot, reads what the client has laid there, and begins to hear it.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="BoincException">
    /// Another process holds the slot (<c>BoincClientUnreachable</c>, transient), <c>init_data.xml</c> is damaged (<c>BoincFileMalformed</c>), or the
    /// client's memory is not there (<c>BoincClientUnreachable</c>).
    /// </exception>
    public static async Task<BoincTask> OpenAsync(BoincTaskOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new BoincTaskOptions();
        options.Demand();
        var slotLock = await TakeAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            var path = Path.Combine(options.Slot, SlotFiles.InitData);
            if (!File.Exists(path))
            {
                return new BoincTask(options, slotLock, null, null);
            }

            var data = AppInitDataReader.Read(path);
            return new BoincTask(options, slotLock, data, new ClientLine(ClientMemory.Open(options.Slot, data), data.ClientProcess, options));
        }
        catch
        {
            slotLock.Dispose();
            throw;
        }
    }

    /// <summary>Reads <c>init_data.xml</c> again, as the client asks for.</summary>
    /// <exception cref="BoincException">It is damaged; what was known before stands.</exception>
    /// <returns>What it says now; null alone.</returns>
    public AppInitData? Reread() => InitData is null ? null : InitData = AppInitDataReader.Read(Path.Combine(Slot, SlotFiles.InitData));

    /// <summary>
    /// The physical file of a logical one, absolute: where to read an input, and where to write an output. To write over the link itself would lose the
    /// output.
    /// </summary>
    /// <param name="logicalName">The name that the work unit or the app version gives it.</param>
    /// <returns>The path; of a name that is no link, the name in the slot. It need not exist.</returns>
    /// <exception cref="BoincException">The link cannot be read, or leads out of the project's directory.</exception>
    public string Resolve(string logicalName)
    {
        ArgumentException.ThrowIfNullOrEmpty(logicalName);
        return SoftLink.Resolve(Slot, logicalName, InitData?.ProjectDirectory ?? Slot);
    }

    /// <summary>Sends a message to the project's scheduler, as soon as the client listens.</summary>
    /// <param name="variety">Its kind, by which the project knows who is to read it: letters, digits, and <c>_ - .</c></param>
    /// <param name="text">Its content, mostly XML.</param>
    /// <returns>Whether it was taken; false alone, and while the client has not yet taken the one before.</returns>
    /// <exception cref="BoincException">The slot cannot be written.</exception>
    public bool TrySendTrickle(string variety, string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(variety);
        ArgumentNullException.ThrowIfNull(text);
        if (!variety.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'))
        {
            // It stands as it is within an element of the client's own message.
            throw new ArgumentException($"\"{variety}\" is no kind of message: it may have letters, digits, and _ - .", nameof(variety));
        }

        return TrySendTrickleFile($"<variety>{variety}</variety>\n{text}");
    }

    /// <summary>Takes the messages of the project's scheduler that lie in the slot (<see cref="ClientWord.TrickleDown"/>).</summary>
    /// <returns>Their contents, in the order of their names.</returns>
    /// <exception cref="BoincException">One cannot be read, or none can be removed; all lie there still. One that alone cannot be removed is given by a later call.</exception>
    public IReadOnlyList<string> TakeTrickles()
    {
        try
        {
            var paths = Directory.EnumerateFiles(Slot, SlotFiles.TrickleDown + "*").Order(StringComparer.Ordinal).ToList();
            // First all of them: one that is gone and that nobody has is lost.
            var all = paths.ConvertAll(static path => (Path: path, Text: BoincXml.ReadText(path, MostTrickleBytes)));
            var taken = all.FindAll(static each => TryDelete(each.Path));
            return taken.Count > 0 || all.Count == 0 ? taken.ConvertAll(static each => each.Text) : throw new UnauthorizedAccessException("they cannot be removed");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileUnwritable, $"The scheduler's messages cannot be taken out of the slot: {e.Message}", e) { IsTransient = true };
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Asks the client to upload an output while the task runs. The file must be whole and is not to be changed any more.</summary>
    /// <param name="logicalName">The output.</param>
    /// <returns>Whether there is a client to ask.</returns>
    /// <exception cref="BoincException">The slot cannot be written.</exception>
    public bool RequestUpload(string logicalName)
    {
        DemandName(logicalName);
        if (_line is null)
        {
            return false;
        }

        SlotNotices.Write(Slot, SlotFiles.UploadRequest + logicalName, "");
        _line.Send(ClientChannel.TrickleUp, ClientMessages.HasUpload);
        return true;
    }

    /// <summary>What became of an upload (<see cref="ClientWord.UploadStatus"/>).</summary>
    /// <param name="logicalName">The output.</param>
    /// <returns>0 for an upload that is done, BOINC's error number for one that failed; null while nothing is known.</returns>
    /// <exception cref="BoincException">The client's word cannot be read.</exception>
    public int? FindUploadStatus(string logicalName)
    {
        DemandName(logicalName);
        var path = Path.Combine(Slot, SlotFiles.UploadStatus + logicalName);
        return File.Exists(path) ? ClientMessages.UploadStatus(BoincXml.ReadText(path, MostTrickleBytes)) : null;
    }

    /// <summary>Sends the file of a message as it is, variety and all.</summary>
    internal bool TrySendTrickleFile(string text)
    {
        if (_line is null || File.Exists(Path.Combine(Slot, SlotFiles.TrickleUp)))
        {
            return false;
        }

        SlotNotices.Write(Slot, SlotFiles.TrickleUp, text);
        _line.Send(ClientChannel.TrickleUp, ClientMessages.HasTrickleUp);
        return true;
    }

    /// <summary>Offers the client a page about the task, as soon as it listens.</summary>
    /// <param name="url">Its address, which everybody on this computer may learn.</param>
    public void OfferPage(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        _line?.Send(ClientChannel.GraphicsReply, $"<web_graphics_url>{url.AbsoluteUri}</web_graphics_url>\n");
    }

    /// <summary>Ends the task for good: tells the last status, waits until the client has had time to read it, and leaves the word that it is finished.</summary>
    /// <param name="exitStatus">What the process is about to exit with.</param>
    /// <param name="message">A word for the user; null for none.</param>
    /// <param name="cancellationToken">Waits no longer; the word is left all the same.</param>
    /// <returns>A task that ends when the word is there.</returns>
    /// <exception cref="BoincException">The slot cannot be written.</exception>
    public async Task FinishAsync(int exitStatus, string? message = null, CancellationToken cancellationToken = default)
    {
        if (_line is not null)
        {
            _line.Report = _line.Report with { FractionDone = exitStatus == 0 ? 1 : _line.Report.FractionDone, OtherProcess = null };
            _line.TellNow();
            await Task.Delay(LastWord, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        SlotNotices.Finish(Slot, exitStatus, message);
    }

    /// <summary>Asks to be started again later; the process is about to exit with 0.</summary>
    /// <param name="delay">When, 1 s to a day.</param>
    /// <param name="reason">Why, shown by the client as the task's state.</param>
    /// <exception cref="BoincException">The slot cannot be written.</exception>
    public void Postpone(TimeSpan delay, string reason) => SlotNotices.TemporaryExit(Slot, delay, reason);

    /// <summary>Hears the client no longer, and gives the slot back.</summary>
    /// <returns>A task that ends when that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_line is not null)
        {
            await _line.DisposeAsync().ConfigureAwait(false);
        }

        _lock?.Dispose();
    }

    /// <summary>A name that leads elsewhere would make a file elsewhere.</summary>
    private static void DemandName(string logicalName)
    {
        if (Contracts.RelativePath.Fault(logicalName) is not null || logicalName.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"\"{logicalName}\" is no name of a file in the slot's top folder.", nameof(logicalName));
        }
    }

    private static async Task<SlotLock> TakeAsync(BoincTaskOptions options, CancellationToken cancellationToken)
    {
        var path = Path.Combine(options.Slot, SlotFiles.Lock);
        var begin = options.Time.GetTimestamp();
        while (true)
        {
            try
            {
                if (SlotLock.TryTake(path) is { } taken)
                {
                    return taken;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new BoincException(SandboxErrorCode.BoincFileUnwritable, $"The slot cannot be locked: {e.Message}", e);
            }

            if (options.Time.GetElapsedTime(begin) >= options.LockTimeout)
            {
                throw new BoincException(SandboxErrorCode.BoincClientUnreachable, "Another process still holds the slot.") { IsTransient = true };
            }

            await Task.Delay(TimeSpan.FromSeconds(1), options.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
