using DesktopGrid.VmSandbox.Platform.Sockets;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qmp;
using DesktopGrid.VmSandbox.Qmp.Commands;

namespace DesktopGrid.VmSandbox.Vms.Migration;

/// <summary>
/// Takes one instant of a machine: its RAM and devices as a stream, its disk as a snapshot inside its own file. A guest that runs stands only
/// from QEMU's <c>pre-switchover</c> on, for the snapshot and what it changed last. Whatever goes wrong, it goes on as before.
/// </summary>
internal static class StateSource
{
    // QEMU's own limit of 128 MiB/s would make the guest change more than is sent; what may really be had is the reader's affair.
    private const long BytesPerSecond = 100_000_000_000;
    // QEMU stops the guest when it thinks that the rest takes no longer.
    private static readonly TimeSpan Downtime = TimeSpan.FromMilliseconds(20);

    // A guest that changes memory faster than it drains never gets there: it stands after so much, or so long, once all was sent at least once.
    private const int MostRamSizes = 2;
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan MostStanding = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FinishPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan UndoBound = TimeSpan.FromSeconds(20);
    private const string Paused = "paused";

    /// <summary>Saves the instant.</summary>
    /// <param name="monitor">The machine's QEMU.</param>
    /// <param name="endpoint">Through which socket the stream goes.</param>
    /// <param name="snapshot">The disk's node, and what its snapshot is called; null for none.</param>
    /// <param name="after">What the guest does then.</param>
    /// <param name="drain">Takes the stream to its end. What it throws ends the whole.</param>
    /// <param name="tell">Told how far it is: <c>begun</c>, <c>standing</c>, <c>instant</c>, <c>completed</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QmpException">QEMU refused, or is gone.</exception>
    public static async Task SaveAsync(QmpClient monitor, LocalEndpoint endpoint, DiskInstant? snapshot, AfterSaving after, Func<Stream, CancellationToken, Task> drain, Action<string> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        using var listener = LocalListener.Open(endpoint);
        var watch = new MigrationWatch(monitor);
        await using var watchScope = watch.ConfigureAwait(false);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var mayHaveSnapshot = false;
        var draining = Task.CompletedTask;
        try
        {
            await monitor.ExecuteAsync(MigrationCommands.SwitchOn(MigrationNames.PauseBeforeSwitchover, MigrationNames.Events), giveUp.Token).ConfigureAwait(false);
            await monitor.ExecuteAsync(MigrationCommands.SetLimits(BytesPerSecond, Downtime), giveUp.Token).ConfigureAwait(false);
            await monitor.ExecuteAsync(MigrationCommands.SendTo(endpoint.Path), giveUp.Token).ConfigureAwait(false);
            draining = DrainAsync(listener, drain, giveUp.Token);
            tell("begun");
            await ReachAsync(monitor, watch, draining, MigrationNames.PreSwitchover, token => LimitAsync(monitor, time, token), giveUp.Token).ConfigureAwait(false);
            tell("standing");
            if (snapshot is not null)
            {
                // Before the answer: who gives up while it is on its way has a snapshot all the same.
                mayHaveSnapshot = true;
                await monitor.ExecuteAsync(BlockCommands.TakeSnapshot(snapshot.Node, snapshot.Name), giveUp.Token).ConfigureAwait(false);
                tell("instant");
            }

            await monitor.ExecuteAsync(MigrationCommands.GoOnFrom(MigrationNames.PreSwitchover), giveUp.Token).ConfigureAwait(false);
            await FinishAsync(monitor, watch, draining, time, giveUp.Token).ConfigureAwait(false);
            tell("completed");
            // From here on nobody can give up: the guest stands.
            await GoOnAsync(monitor, after, time, CancellationToken.None).ConfigureAwait(false);
            await draining.ConfigureAwait(false);
        }
        catch
        {
            await giveUp.CancelAsync().ConfigureAwait(false);
            await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await UndoAsync(monitor, mayHaveSnapshot ? snapshot : null, after, time).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>As if nobody had asked, of a QEMU whose host died in the middle of it: what it was sending is given up, and it goes on or stands.</summary>
    public static Task AbandonAsync(QmpClient monitor, AfterSaving after, TimeProvider time) => UndoAsync(monitor, null, after, time);

    /// <summary>Whether a QEMU stands because its state is, or was, being sent.</summary>
    public static async Task<bool> IsUnfinishedAsync(QmpClient monitor, CancellationToken cancellationToken) =>
        (await monitor.ExecuteAsync(RunStateCommands.QueryStatus, cancellationToken).ConfigureAwait(false)).Status is "finish-migrate" or "postmigrate"
        || (await monitor.ExecuteAsync(MigrationCommands.Query, cancellationToken).ConfigureAwait(false)).Status is "setup" or "active" or "device" or MigrationNames.PreSwitchover;

    /// <summary>The guest stands meanwhile: a disk that hangs shall not make it stand for ever.</summary>
    private static async Task FinishAsync(QmpClient monitor, MigrationWatch watch, Task draining, TimeProvider time, CancellationToken cancellationToken)
    {
        using var bound = Deadline.After(MostStanding, time).Enter(cancellationToken);
        try
        {
            await ReachAsync(monitor, watch, draining, MigrationNames.Completed, static _ => Task.CompletedTask, bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QmpException(SandboxErrorCode.MonitorCommandFailed, $"The rest of the machine's state could not be written within {MostStanding.TotalSeconds:0} s, while the guest stood.");
        }
    }

    private static async Task DrainAsync(LocalListener listener, Func<Stream, CancellationToken, Task> drain, CancellationToken cancellationToken)
    {
        var stream = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        await drain(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for a status; a reader that breaks is the cause to tell, before what QEMU says of its broken socket.</summary>
    private static async Task ReachAsync(QmpClient monitor, MigrationWatch watch, Task draining, string wanted, Func<CancellationToken, Task> limit, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reaching = watch.UntilAsync(status => status == wanted, enough.Token);
        var limiting = limit(enough.Token);
        try
        {
            var waiting = new List<Task> { reaching, draining, limiting };
            while (!reaching.IsCompleted)
            {
                var first = await Task.WhenAny(waiting).ConfigureAwait(false);
                await first.ConfigureAwait(false);
                waiting.Remove(first);
            }

            if (await reaching.ConfigureAwait(false) != wanted)
            {
                await draining.ConfigureAwait(false);
                var why = (await monitor.ExecuteAsync(MigrationCommands.Query, cancellationToken).ConfigureAwait(false)).ErrorDesc;
                throw new QmpException(SandboxErrorCode.MonitorCommandFailed, $"QEMU could not save the machine's state: {TextTail.Clean(why ?? "it gave no reason")}.");
            }
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
            await ((Task)reaching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await limiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Lets the guest stand when it was given enough; then what is left is only the rest.</summary>
    private static async Task LimitAsync(QmpClient monitor, TimeProvider time, CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(LookPause, time, cancellationToken).ConfigureAwait(false);
            var state = await monitor.ExecuteAsync(MigrationCommands.Query, cancellationToken).ConfigureAwait(false);
            if (state.Status is not ("setup" or "active"))
            {
                return;
            }

            // In the first pass nearly all is still to come: to stand then would be to stand for all of it.
            if (state.Ram is { } ram && (ram.Transferred > MostRamSizes * ram.Total || (ram.DirtySyncCount > 1 && time.GetElapsedTime(begin) > MostTime)))
            {
                await monitor.ExecuteAsync(RunStateCommands.Stop, cancellationToken).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>
    /// Lets the guest go on. QEMU says that it has completed a moment before it takes that order. One that stood must go on as well, for the
    /// moment until it stands again: only <c>cont</c> gives the disk back after a migration, and until then QEMU dies of the next snapshot.
    /// </summary>
    private static async Task GoOnAsync(QmpClient monitor, AfterSaving after, TimeProvider time, CancellationToken cancellationToken)
    {
        if (after == AfterSaving.Ends)
        {
            return;
        }

        using var bound = Deadline.After(UndoBound, time).Enter(cancellationToken);
        while (true)
        {
            var status = await monitor.ExecuteAsync(RunStateCommands.QueryStatus, bound.Token).ConfigureAwait(false);
            if (status.Running || (status.Status == Paused && after == AfterSaving.Stands))
            {
                return;
            }

            if (status.Status != "finish-migrate")
            {
                var going = monitor.ExecuteAsync(RunStateCommands.Continue, bound.Token);
                var standing = after == AfterSaving.GoesOn ? Task.CompletedTask : monitor.ExecuteAsync(RunStateCommands.Stop, bound.Token);
                await going.ConfigureAwait(false);
                await standing.ConfigureAwait(false);
                return;
            }

            await Task.Delay(FinishPause, time, bound.Token).ConfigureAwait(false);
        }
    }

    /// <summary>As if nobody had asked: no migration, no snapshot, and the guest runs if it ran. What cannot be undone, a QEMU that is gone, needs not.</summary>
    private static async Task UndoAsync(QmpClient monitor, DiskInstant? snapshot, AfterSaving after, TimeProvider time)
    {
        using var bound = new CancellationTokenSource(UndoBound, time);
        try
        {
            await monitor.ExecuteAsync(MigrationCommands.Cancel, bound.Token).ConfigureAwait(false);
            while ((await monitor.ExecuteAsync(MigrationCommands.Query, bound.Token).ConfigureAwait(false)).Status is { } status
                && status is not (MigrationNames.Completed or MigrationNames.Failed or MigrationNames.Cancelled or "none"))
            {
                await Task.Delay(LookPause, time, bound.Token).ConfigureAwait(false);
            }

            await GoOnAsync(monitor, after, time, bound.Token).ConfigureAwait(false);
            if (snapshot is not null)
            {
                await monitor.ExecuteAsync(BlockCommands.DeleteSnapshot(snapshot.Node, snapshot.Name), bound.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            // Its end, or a snapshot that nobody names, is found by whoever comes next; one that was not taken cannot be deleted.
        }
    }
}
