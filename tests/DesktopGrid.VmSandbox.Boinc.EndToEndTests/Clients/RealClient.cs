using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;

/// <summary>
/// Debian's own client, in a data directory of its own, attached to one project. It can be ended, killed and started again; at the end
/// nothing that it started may live.
/// </summary>
internal sealed partial class RealClient : IAsyncDisposable
{
    private const int SigTerm = 15, SigKill = 9;

    /// <summary>A client that ends waits up to a minute for its tasks, then kills them; and then for itself.</summary>
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(90);

    private readonly StubProject _project;
    private readonly GuiRpc _gui;
    private readonly ClientOptions _options;
    private Process? _process;

    private RealClient(StubProject project, ClientOptions options)
    {
        (_project, _options) = (project, options);
        Data = new DataDirectory(project, options);
        _gui = new GuiRpc(Path.Combine(Data.Path, "boinc_socket"));
    }

    public DataDirectory Data { get; }

    public static async Task<RealClient> StartAsync(StubProject project, ClientOptions options, CancellationToken cancellationToken)
    {
        var client = new RealClient(project, options);
        try
        {
            await client.StartAsync(cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, or starts it again over the same data.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string[] arguments = ["--dir", Data.Path, "--gui_rpc_unix_domain", "--allow_multiple_clients", "--no_info_fetch", "--redirectio", "--no_gpus", "--pers_retry_delay_min", "2", "--pers_retry_delay_max", "5"];
        var start = new ProcessStartInfo(Artifacts.Client, arguments) { WorkingDirectory = Data.Path };
        _process = Process.Start(_options.SlotsKibibytes is { } size ? SmallSlots.Within(start, Data.SlotsPath, size) : start)!;
        await Eventually.FindAsync(async () =>
        {
            try
            {
                return _process.HasExited ? throw Failure($"The client ended at once with {_process.ExitCode}") : await _gui.AskAsync("<get_cc_status/>", cancellationToken);
            }
            catch (SocketException)
            {
                return null;
            }
        }, () => "The client does not listen", TimeSpan.FromSeconds(30), cancellationToken);
    }

    /// <summary>Ends it as a computer's shutdown does: tasks get their time to save.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => StopAsync(SigTerm, cancellationToken);

    /// <summary>Ends it as its own GUI does.</summary>
    public async Task QuitAsync(CancellationToken cancellationToken)
    {
        await OrderAsync("<quit/>", cancellationToken);
        await WaitForEndAsync(cancellationToken);
    }

    /// <summary>Ends it without a word to its tasks.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => StopAsync(SigKill, cancellationToken);

    /// <summary>Whether a task of it did not end within its minute, by the client's own word.</summary>
    public bool HadToKill => Data.Log().Any(static line => line.Contains("killing task", StringComparison.Ordinal) || line.Contains("; killing them", StringComparison.Ordinal));

    /// <summary>Waits until it has ended, where somebody else has told it to.</summary>
    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(EndBound);
        try
        {
            await _process!.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"The client did not end within {EndBound.TotalSeconds:0} s");
        }
    }

    /// <summary>Ends it and all that it started at once, as a cut of the power does.</summary>
    public async Task CutPowerAsync(CancellationToken cancellationToken)
    {
        await KillAsync(cancellationToken);
        TaskProcesses().ToList().ForEach(static process => KillProcess(process.Id));
        await WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(10), cancellationToken);
    }

    /// <summary>Ends a process of a task without a word.</summary>
    public static void KillProcess(int id) => _ = Kill(id, SigKill);

    public Task SuspendAsync(string resultName, CancellationToken cancellationToken) => OrderAsync(resultName, "suspend_result", cancellationToken);

    public Task ResumeAsync(string resultName, CancellationToken cancellationToken) => OrderAsync(resultName, "resume_result", cancellationToken);

    public Task AbortAsync(string resultName, CancellationToken cancellationToken) => OrderAsync(resultName, "abort_result", cancellationToken);

    /// <summary>Talks to the project now, which hears what the project wants to tell.</summary>
    public Task UpdateAsync(CancellationToken cancellationToken) => OrderAsync($"<project_update>\n<project_url>{_project.Url}</project_url>\n</project_update>", cancellationToken);

    /// <summary>Allows the network always, or never.</summary>
    public Task SetNetworkAsync(bool isAllowed, CancellationToken cancellationToken) =>
        OrderAsync($"<set_network_mode>\n<{(isAllowed ? "always" : "never")}/>\n<duration>0</duration>\n</set_network_mode>", cancellationToken);

    /// <summary>The volunteer changes the preferences while it runs.</summary>
    public Task SetPreferencesAsync(ClientOptions options, CancellationToken cancellationToken)
    {
        Data.WritePreferences(options);
        return OrderAsync("<read_global_prefs_override/>", cancellationToken);
    }

    /// <summary>All its tasks.</summary>
    public async Task<IReadOnlyList<TaskState>> TasksAsync(CancellationToken cancellationToken) =>
        [.. Markup.FindAll(await _gui.AskAsync("<get_results>\n<active_only>0</active_only>\n</get_results>", cancellationToken), "result").Select(TaskState.Parse)];

    /// <summary>A task; null for one that the client does not have, or has no more.</summary>
    public async Task<TaskState?> FindTaskAsync(string resultName, CancellationToken cancellationToken) => (await TasksAsync(cancellationToken)).FirstOrDefault(task => task.Name == resultName);

    /// <summary>Takes all that is free on the small disk of the slots, until it is given back.</summary>
    public void FillSlots() => SmallSlots.Fill(_process!.Id, Data.SlotsPath);

    public void EmptySlots() => SmallSlots.Empty(_process!.Id, Data.SlotsPath);

    /// <summary>What lives of its tasks: all that works in its folder but the client itself.</summary>
    public IReadOnlyList<ListedProcess> TaskProcesses() => [.. ProcessTable.Of(Data.Path).Where(process => process.Id != _process?.Id)];

    /// <summary>Waits until no process of a task lives, as after the end of the client.</summary>
    public Task WaitForNoTaskProcessAsync(TimeSpan bound, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => TaskProcesses().Count == 0, () => Failure($"Processes were left behind: {string.Join("; ", TaskProcesses())}").Message, bound, cancellationToken);

    public AssertionException Failure(string sentence) => new($"{sentence}\nThe client's log ends:\n{Data.LogTail()}");

    /// <summary>Ends all; a task's process that outlives its client's orderly end is a failure.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await EndAsync(CancellationToken.None);
        }

        try
        {
            await WaitForNoTaskProcessAsync(TimeSpan.FromSeconds(15), CancellationToken.None);
        }
        finally
        {
            TaskProcesses().ToList().ForEach(static process => KillProcess(process.Id));
            _process?.Dispose();
            Data.Delete();
        }
    }

    private async Task StopAsync(int signal, CancellationToken cancellationToken)
    {
        Kill(_process!.Id, signal).Should().Be(0);
        await WaitForEndAsync(cancellationToken);
    }

    private Task OrderAsync(string resultName, string order, CancellationToken cancellationToken) =>
        OrderAsync($"<{order}>\n<project_url>{_project.Url}</project_url>\n<name>{resultName}</name>\n</{order}>", cancellationToken);

    private async Task OrderAsync(string request, CancellationToken cancellationToken)
    {
        var reply = await _gui.AskAsync(request, cancellationToken);
        reply.Should().Contain("<success/>", $"the client obeys {request}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
