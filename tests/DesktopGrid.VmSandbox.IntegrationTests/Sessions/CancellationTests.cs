using System.Text;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>A caller who gives up in the middle gets his cancellation, and the session goes on as if nothing had been.</summary>
[CancelAfter(180_000)]
public sealed class CancellationTests : GuestFixture
{
    // More often than there are ports, so that each of them has been left in the middle of something.
    private const int Times = 5;
    private const long Endless = 1L << 40;

    [Test]
    public async Task A_put_that_is_cancelled_leaves_the_old_file_and_nothing_of_the_new_one(CancellationToken cancellationToken)
    {
        await Session.PutTextAsync("file", "the old content", cancellationToken: cancellationToken);
        for (var i = 0; i < Times; i++)
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var content = new GeneratedStream(Endless);
            var put = () => Session.PutAsync("file", content, progress: new CancelAt(giveUp, 1_000_000 * (i + 1)), cancellationToken: giveUp.Token);

            await put.Should().ThrowAsync<OperationCanceledException>();
            (await Session.GetTextAsync("file", cancellationToken)).Should().Be("the old content");
        }

        // The guest learns of it when the port is next used, or after a moment.
        while ((await Session.NamesAsync(".", cancellationToken)).Count > 1)
        {
            await Task.Delay(50, cancellationToken);
        }

        (await Session.NamesAsync(".", cancellationToken)).Should().Equal("file");
    }

    [Test]
    public async Task A_get_that_is_cancelled_leaves_no_stale_bytes_for_the_next(CancellationToken cancellationToken)
    {
        (await Session.ShellAsync("truncate -s 1099511627776 sparse", cancellationToken)).ExitCode.Should().Be(0);
        await Session.PutTextAsync("small", "all of it", cancellationToken: cancellationToken);
        for (var i = 0; i < Times; i++)
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var destination = new HashingStream();
            var get = () => Session.GetAsync("sparse", destination, progress: new CancelAt(giveUp, 1_000_000 * (i + 1)), cancellationToken: giveUp.Token);

            await get.Should().ThrowAsync<OperationCanceledException>();
            destination.Length.Should().BeGreaterThan(0);
            (await Session.GetTextAsync("small", cancellationToken)).Should().Be("all of it");
        }
    }

    [Test]
    public async Task A_listing_that_is_left_or_cancelled_in_the_middle_does_not_disturb_the_next(CancellationToken cancellationToken)
    {
        (await Session.ShellAsync("i=0; while [ $i -lt 3000 ]; do : > a_rather_long_name_of_a_file_$i; i=$((i+1)); done", cancellationToken)).ExitCode.Should().Be(0);
        for (var i = 0; i < Times; i++)
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var seen = 0;
            var list = async () =>
            {
                await foreach (var entry in Session.ListAsync(".", giveUp.Token))
                {
                    if (++seen == 10)
                    {
                        await giveUp.CancelAsync();
                    }
                }
            };
            await list.Should().ThrowAsync<OperationCanceledException>();
            await foreach (var entry in Session.ListAsync(".", cancellationToken))
            {
                break;
            }
        }

        (await Session.NamesAsync(".", cancellationToken)).Should().HaveCount(3000).And.OnlyHaveUniqueItems();
    }

    [Test]
    public async Task Following_can_be_given_up_and_taken_up_again_where_it_was(CancellationToken cancellationToken)
    {
        await Session.StartAsync(SessionPhrases.Shell("i=0; while [ $i -lt 200 ]; do echo line $i; usleep 5000; i=$((i+1)); done"), cancellationToken: cancellationToken);
        var position = default(TaskPosition);
        using var text = new MemoryStream();
        for (var i = 0; i < Times; i++)
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                await foreach (var happened in Session.FollowAsync(position, giveUp.Token))
                {
                    if (happened is TaskOutput part)
                    {
                        text.Write(part.Bytes.Span);
                        position = position with { Stdout = part.Offset + part.Bytes.Length };
                        giveUp.CancelAfter(30);
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // As wanted; the next round goes on from here.
            }
        }

        await foreach (var happened in Session.FollowAsync(position, cancellationToken))
        {
            if (happened is TaskOutput part)
            {
                text.Write(part.Bytes.Span);
            }
        }

        Encoding.UTF8.GetString(text.ToArray()).Should().Be(string.Concat(Enumerable.Range(0, 200).Select(static i => $"line {i}\n")));
    }

    [Test]
    public async Task A_token_that_is_cancelled_before_ends_every_verb_at_once(CancellationToken cancellationToken)
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var token = cancelled.Token;
        Func<Task>[] verbs =
        [
            () => Session.PingAsync(token),
            () => Session.PutAsync("file", new MemoryStream(), cancellationToken: token),
            () => Session.GetBytesAsync("file", token),
            () => Session.DeleteAsync("file", cancellationToken: token),
            () => Session.ListAllAsync(".", token),
            () => Session.MakeDirectoryAsync("folder", token),
            () => Session.StartAsync(SessionPhrases.Shell("true"), cancellationToken: token),
            () => Session.StopAsync(cancellationToken: token),
            () => Session.GetTaskAsync(token),
            () => Session.FollowToEndAsync(token),
            () => Session.MessageToGuestAsync("key", default, token),
            () => Session.MessagesToHostAsync(cancellationToken: token),
        ];

        foreach (var verb in verbs)
        {
            await verb.Should().ThrowAsync<OperationCanceledException>();
        }

        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();
    }

    /// <summary>Gives up when so many bytes are through.</summary>
    private sealed class CancelAt(CancellationTokenSource giveUp, long bytes) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.Bytes >= bytes)
            {
                giveUp.Cancel();
            }
        }
    }
}
