using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>
/// The guest's disk is full: a program took all that it may by blocks that are reserved and never written, so that the host's disk holds none
/// of them, and the one per cent that is root's, and with it the daemon's, is filled by puts.
/// </summary>
[CancelAfter(240_000)]
public sealed class FullGuestDiskTests : GuestFixture
{
    // Halves its step whenever no more fits, down to a block.
    private const string Fill = "step=1073741824; size=0; while [ $step -ge 4096 ]; do if fallocate -o $size -l $step fill 2>/dev/null; then size=$((size+step)); else step=$((step/2)); fi; done";

    private const int Part = 8_000_000;
    private const long MoreThanIsLeft = 2 * Part;

    [SetUp]
    public async Task FillTheDiskAsync()
    {
        var filled = await Session.ShellAsync($"{Fill}; echo x > more; ls -l fill | awk '{{print $5}}'", CancellationToken.None);
        filled.Errors.Should().Contain("No space left on device");
        long.Parse(filled.Output, System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThan(7L << 30);

        var parts = 0;
        (await FluentActions.Awaiting(async () =>
        {
            for (; parts < 20; parts++)
            {
                using var part = new GeneratedStream(Part);
                await Session.PutAsync($"parts/{parts}", part);
            }
        }).Should().ThrowAsync<SessionException>()).Which.Code.Should().Be(SandboxErrorCode.GuestDiskFull);
        parts.Should().BePositive("the daemon may go on where the program may not");
    }

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_put_that_does_not_fit_says_so_leaves_the_old_file_and_the_session_goes_on(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("parts/0", "the old content", cancellationToken: cancellationToken);
        using var content = new GeneratedStream(MoreThanIsLeft);

        var failure = (await Session.Awaiting(session => session.PutAsync("parts/0", content, cancellationToken: cancellationToken)).Should().ThrowAsync<SessionException>()).Which;

        (failure.Code, failure.GuestError).Should().Be((SandboxErrorCode.GuestDiskFull, GuestErrorCode.DiskFull), failure.Message);
        (await Session.GetTextAsync("parts/0", cancellationToken)).Should().Be("the old content");
        (await Session.NamesAsync("parts", cancellationToken)).Should().OnlyContain(static name => name.All(char.IsAsciiDigit), "nothing is left of a put that failed");
        await WorksAgainAsync(cancellationToken);
    }

    [Test]
    public async Task Standard_input_that_does_not_fit_says_so_and_the_program_never_started(CancellationToken cancellationToken)
    {
        using var content = new GeneratedStream(MoreThanIsLeft);

        var failure = (await Session.Awaiting(session => session.StartAsync(SessionPhrases.Shell("cat"), content, cancellationToken)).Should().ThrowAsync<SessionException>()).Which;

        (failure.Code, failure.Fate).Should().Be((SandboxErrorCode.GuestDiskFull, TaskFate.NeverStarted), failure.Message);
        await WorksAgainAsync(cancellationToken);
    }

    [Test]
    public async Task Output_that_does_not_fit_is_counted_as_dropped_its_beginning_stands_and_the_program_goes_on(CancellationToken cancellationToken)
    {
        var end = await Session.RunAsync(
            SessionPhrases.Shell($"head -c {MoreThanIsLeft} /dev/zero; exit 4") with { OutputBytes = 1L << 30 }, cancellationToken);

        end.ExitCode.Should().Be(4);
        end.Status.DroppedBytes.Should().BePositive();
        (end.Status.StdoutLength + end.Status.DroppedBytes).Should().Be(MoreThanIsLeft);
        end.Output.Length.Should().Be((int)end.Status.StdoutLength);
        end.Output.AsSpan().ContainsAnyExcept('\0').Should().BeFalse();
        await WorksAgainAsync(cancellationToken);
    }

    /// <summary>With the room that the program took, everything comes back.</summary>
    private async Task WorksAgainAsync(CancellationToken cancellationToken)
    {
        await Session.DeleteAsync(".", recursive: true, cancellationToken);
        await Session.PutTextAsync("again", "it works", cancellationToken: cancellationToken);
        (await Session.ShellAsync("cat again", cancellationToken)).Output.Should().Be("it works");
    }
}
