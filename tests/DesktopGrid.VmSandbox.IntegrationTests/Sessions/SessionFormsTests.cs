using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

public sealed class SessionFormsTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task Host_files_texts_messages_and_the_end_of_the_program(CancellationToken cancellationToken)
    {
        await using var store = await TempStore.OpenAsync();
        var labels = new Dictionary<string, string> { ["work-unit"] = "17" };
        var other = await store.Host.Machines.CreateAsync(new VmOptions { Labels = new Dictionary<string, string> { ["work-unit"] = "18" } }, cancellationToken);
        var id = await store.Host.Machines.CreateAsync(new VmOptions { Labels = labels }, cancellationToken);

        (await store.Host.Machines.FindAsync(labels, cancellationToken)).Should().ContainSingle(status => status.Id == id);
        (await store.Host.Machines.FindAsync(new Dictionary<string, string>(), cancellationToken)).Select(status => status.Id).Should().Equal(other, id);
        (await store.Host.Machines.FindAsync(new Dictionary<string, string> { ["work-unit"] = "19" }, cancellationToken)).Should().BeEmpty();

        await store.Host.Machines.StartAsync(id, cancellationToken);
        var session = await store.Host.OpenSessionAsync(id, cancellationToken);
        await File.WriteAllTextAsync(store.Path_("data"), "from the host\n", cancellationToken);

        (await session.PutFileAsync(store.Path_("data"), cancellationToken: cancellationToken)).Should().Be(14);
        await session.PutTextAsync("run.sh", "#!/bin/sh\ncat data; until ls \"$VMSANDBOX_INBOX\"/*-word; do sleep 0.1; done 2>/dev/null >&2; cat \"$VMSANDBOX_INBOX\"/*-word > answer; exit 5\n", executable: true, cancellationToken: cancellationToken);
        await session.StartAsync(new TaskStartRequest { TaskId = "1", Program = "run.sh" }, cancellationToken: cancellationToken);
        await session.MessageToGuestAsync("word", "grüße", cancellationToken);

        var ended = await session.WaitForEndAsync(cancellationToken);

        ended.ExitCode.Should().Be(5);
        ended.StdoutLength.Should().Be(14);
        (await session.GetTextAsync("answer", cancellationToken: cancellationToken)).Should().Be("grüße");
        (await session.GetFileAsync("answer", store.Path_("new/answer"), cancellationToken: cancellationToken)).Should().Be(7);
        (await File.ReadAllTextAsync(store.Path_("new/answer"), cancellationToken)).Should().Be("grüße");
        await TooLarge(session, store, cancellationToken);
        await Refused(session, cancellationToken);
    }

    private static async Task TooLarge(ISandboxSession session, TempStore store, CancellationToken cancellationToken)
    {
        var get = () => session.GetFileAsync("answer", store.Path_("new/answer"), maxBytes: 6, cancellationToken: cancellationToken);
        var failure = (await get.Should().ThrowAsync<SessionException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.GuestTooLarge);
        failure.Fate.Should().BeNull("a get starts no program");
        Directory.GetFiles(store.Path_("new")).Should().Equal([store.Path_("new/answer")], "the old file stands and no part is left");
    }

    private static async Task Refused(ISandboxSession session, CancellationToken cancellationToken)
    {
        var start = () => session.StartAsync(new TaskStartRequest { TaskId = "2", Program = "answer" }, cancellationToken: cancellationToken);
        var failure = (await start.Should().ThrowAsync<SessionException>()).Which;
        failure.Code.Should().Be(SandboxErrorCode.GuestStartRefused);
        failure.Fate.Should().Be(TaskFate.NeverStarted);
    }
}
