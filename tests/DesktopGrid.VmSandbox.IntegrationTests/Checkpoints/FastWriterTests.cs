using System.Text;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.IntegrationTests.Checkpoints;

/// <summary>A guest that dirties memory faster than it drains: it is made to stand after a bound, and nothing of it is lost.</summary>
[CancelAfter(300_000)]
internal sealed class FastWriterTests : StoreFixture
{
    private const string Round = "round\n";
    private const long MiB = 1024 * 1024;
    private const int MemoryMiB = 256;

    // As long as so much was sent it goes on; the rest is what its program rewrites (rewrite.c) and the guest's own.
    private const long BoundBytes = 2 * MemoryMiB * MiB, RestBytes = (128 + 32) * MiB;

    // What is sent before it is seen that the bound is passed.
    private const long LookBytes = 128 * MiB;

    [Test]
    [Category("Long")]
    public async Task Its_checkpoint_ends_within_a_bound_and_holds_one_instant(CancellationToken cancellationToken)
    {
        var id = await Host.StartNewAsync(new VmOptions { MemoryMiB = MemoryMiB }, cancellationToken);
        var session = await Host.OpenSessionAsync(id, cancellationToken);
        await session.PutFileAsync("rewrite", await GuestProgram.CompileAsync("rewrite", cancellationToken), executable: true, cancellationToken);
        await session.StartAndWaitForAsync(SessionPhrases.Shell("./rewrite"), "round", cancellationToken);

        var taken = await Host.Machines.CheckpointAsync(id, "busy", cancellationToken);

        await TestContext.Out.WriteLineAsync($"{taken.StateBytes / MiB} MiB of state, {taken.FileBytes / MiB} MiB of file");
        taken.StateBytes.Should().BeGreaterThan(BoundBytes, "it would not have stood by itself");
        taken.StateBytes.Should().BeLessThan(BoundBytes + RestBytes + LookBytes);
        await GoesOnAsync(session, cancellationToken);

        await Host.CrashAsync(id);
        (await Host.Machines.ResumeAsync(id, "busy", cancellationToken)).Should().Be(taken);
        await GoesOnAsync(await Host.OpenSessionAsync(id, cancellationToken), cancellationToken);
        await Host.Machines.DestroyAsync(id, cancellationToken);
    }

    /// <summary>Several rounds more, each of which finds every page as the one before had left it.</summary>
    private static async Task GoesOnAsync(ISandboxSession session, CancellationToken cancellationToken)
    {
        var enough = (await session.GetTaskAsync(cancellationToken)).StdoutLength + (3 * Round.Length);
        var said = new StringBuilder();
        await foreach (var happened in session.FollowAsync(default, cancellationToken))
        {
            happened.Should().BeOfType<TaskOutput>("it finds no page damaged: {0}", said);
            said.Append(Encoding.UTF8.GetString(((TaskOutput)happened).Bytes.Span));
            if (said.Length >= enough)
            {
                break;
            }
        }

        said.Replace(Round, "").ToString().Should().BeEmpty("it finds no page damaged");
    }
}
