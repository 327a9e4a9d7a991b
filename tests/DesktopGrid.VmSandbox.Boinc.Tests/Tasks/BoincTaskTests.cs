using DesktopGrid.VmSandbox.Boinc.SharedMemory;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Tasks;

[CancelAfter(60_000)]
public sealed class BoincTaskTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public async Task Each_word_of_the_client_is_heard_in_its_order(CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, Environment.ProcessId);
        await using var task = await OpenAsync(cancellationToken);

        client.Say(ClientChannel.ProcessControlRequest, "<suspend/>");
        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.Suspend);
        client.Say(ClientChannel.ProcessControlRequest, "<resume/><reread_app_info/>");
        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.Resume);
        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.RereadInitData);
        client.Say(ClientChannel.TrickleDown, "<have_trickle_down/>\n<upload_file_status/>\n");
        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.TrickleDown);
        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.UploadStatus);
        client.Say(ClientChannel.ProcessControlRequest, "<quit/>");
        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.Quit);
    }

    [Test]
    public async Task The_client_is_told_both_times_and_the_fraction(CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, Environment.ProcessId);
        await using var task = await OpenAsync(cancellationToken);
        await client.HearAsync(ClientChannel.AppStatus, cancellationToken);

        task.Report = new TaskReport { CpuTime = TimeSpan.FromSeconds(90), CheckpointCpuTime = TimeSpan.FromSeconds(60), FractionDone = 0.25, OtherProcess = 4711 };
        var told = await client.HearAsync(ClientChannel.AppStatus, cancellationToken);
        while (told?.Contains("9.000000E+001", StringComparison.Ordinal) is false)
        {
            told = await client.HearAsync(ClientChannel.AppStatus, cancellationToken);
        }

        told.Should().Be("<current_cpu_time>9.000000E+001</current_cpu_time>\n<checkpoint_cpu_time>6.000000E+001</checkpoint_cpu_time>\n<fraction_done>2.500000E-001</fraction_done>\n<other_pid>4711</other_pid>\n");
    }

    [TestCase("a b")]
    [TestCase("</variety>")]
    [TestCase("état")]
    public async Task A_kind_of_message_that_would_not_stand_in_the_clients_own_is_refused(string variety, CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, Environment.ProcessId);
        await using var task = await OpenAsync(cancellationToken);

        ((Action)(() => task.TrySendTrickle(variety, "text"))).Should().Throw<ArgumentException>().WithMessage($"\"{variety}\" is no kind of message*");
        task.TrySendTrickle("cpu_time-1.0", "text").Should().BeTrue();
    }

    [Test]
    public async Task Messages_of_which_one_cannot_be_read_are_all_there_still(CancellationToken cancellationToken)
    {
        await using var task = await OpenAsync(cancellationToken);
        _slot.Put("trickle_down_1", "first");
        _slot.Put("trickle_down_2", new string('x', (1024 * 1024) + 1));

        task.Invoking(static each => each.TakeTrickles()).Should().Throw<BoincException>().WithMessage("*trickle_down_2 has more than 1048576 bytes*");

        _slot.Put("trickle_down_2", "second");
        task.TakeTrickles().Should().Equal("first", "second");
        task.TakeTrickles().Should().BeEmpty();
    }

    [Test]
    public async Task A_task_that_stands_tells_nothing(CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, Environment.ProcessId);
        await using var task = await OpenAsync(cancellationToken);
        client.Say(ClientChannel.ProcessControlRequest, "<suspend/>");
        await task.Words.ReadAsync(cancellationToken);
        await client.HearAsync(ClientChannel.AppStatus, cancellationToken);

        using var second = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        second.CancelAfter(TimeSpan.FromSeconds(2.5));
        (await client.HearAsync(ClientChannel.AppStatus, second.Token).ContinueWith(static heard => heard.IsCanceled, TaskScheduler.Default)).Should().BeTrue();
    }

    [Test]
    public async Task The_heartbeat_says_whether_the_network_may_be_used(CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, Environment.ProcessId);
        await using var task = await OpenAsync(cancellationToken);

        client.Say(ClientChannel.Heartbeat, "<heartbeat/><wss>1e6</wss><max_wss>2.5e8</max_wss><network_suspended/>");
        while (task.Heartbeat is null)
        {
            await Task.Delay(20, cancellationToken);
        }

        task.Heartbeat.Should().Be(new Heartbeat(IsNetworkAllowed: false, MaxResidentBytes: 2.5e8));
    }

    [Test]
    public async Task A_client_that_is_silent_and_names_no_process_is_lost(CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, clientProcess: 0);
        await using var task = await BoincTask.OpenAsync(new BoincTaskOptions { Slot = _slot.Slot, SilenceTimeout = TimeSpan.FromSeconds(2) }, cancellationToken);

        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.ClientLost);
    }

    [Test]
    public async Task A_client_whose_process_is_gone_is_lost(CancellationToken cancellationToken)
    {
        // No process has the largest number that there can be (pid_max is 4,194,304 at most, proc(5)).
        using var client = new HandMadeClient(_slot, clientProcess: 4_194_305);
        await using var task = await OpenAsync(cancellationToken);

        (await task.Words.ReadAsync(cancellationToken)).Should().Be(ClientWord.ClientLost);
    }

    [Test]
    public async Task Without_init_data_it_is_alone_and_can_finish_all_the_same(CancellationToken cancellationToken)
    {
        await using var task = await OpenAsync(cancellationToken);

        task.IsAlone.Should().BeTrue();
        await task.FinishAsync(3, "done", cancellationToken);
        (await File.ReadAllTextAsync(Path.Combine(_slot.Slot, "boinc_finish_called"), cancellationToken)).Should().Be("3\ndone\n\n");
    }

    [Test]
    public async Task The_slot_is_held_as_long_as_the_task_and_given_back(CancellationToken cancellationToken)
    {
        var path = Path.Combine(_slot.Slot, "boinc_lockfile");
        await using (await OpenAsync(cancellationToken))
        {
            File.Exists(path).Should().BeTrue();
        }

        File.Exists(path).Should().BeFalse();
        await using var again = await OpenAsync(cancellationToken);
    }

    [Test]
    public async Task A_file_that_is_damaged_gives_the_slot_back(CancellationToken cancellationToken)
    {
        using var client = new HandMadeClient(_slot, 0, "<app_init_data>");

        var failure = (await FluentActions.Awaiting(() => OpenAsync(cancellationToken)).Should().ThrowAsync<BoincException>()).Which;

        failure.Code.Should().Be(SandboxErrorCode.BoincFileMalformed);
        File.Exists(Path.Combine(_slot.Slot, "boinc_lockfile")).Should().BeFalse();
    }

    private Task<BoincTask> OpenAsync(CancellationToken cancellationToken) => BoincTask.OpenAsync(new BoincTaskOptions { Slot = _slot.Slot }, cancellationToken);
}
