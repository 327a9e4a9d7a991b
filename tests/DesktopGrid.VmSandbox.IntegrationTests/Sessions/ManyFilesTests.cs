using System.Diagnostics;
using System.Text;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Sessions;

/// <summary>Work that is many small files: each of them comes and goes as one alone would.</summary>
public sealed class ManyFilesTests : GuestFixture
{
    // As many as there are ports for bulk.
    private static readonly ParallelOptions Lanes = new() { MaxDegreeOfParallelism = ChannelPorts.Data.Count };

    [TestCase(400)]
    [TestCase(10_000, Category = "Long")]
    [CancelAfter(900_000)]
    public async Task Many_small_files_go_in_are_listed_come_back_and_go(int count, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var names = Enumerable.Range(0, count).Select(static i => $"file {i} é").ToList();

        await Parallel.ForEachAsync(names, Lanes, async (name, _) => await Session.PutBytesAsync($"many/{name}", ContentOf(name), cancellationToken));
        Tell("put");
        var entries = await Session.ListAllAsync("many", cancellationToken);
        Tell("ls");
        Ordered(entries.Select(static entry => entry.Name)).Should().Equal(Ordered(names));
        entries.Should().OnlyContain(static entry => entry.Kind == GuestEntryKind.File && entry.Length == ContentOf(entry.Name).Length);
        (await Session.ShellAsync("ls many | wc -l; cat many/* | wc -c", cancellationToken)).Output.Split('\n').Should().StartWith([$"{count}", $"{names.Sum(static name => ContentOf(name).Length)}"]);

        Tell("sh");
        await Parallel.ForEachAsync(names, Lanes, async (name, _) => (await Session.GetBytesAsync($"many/{name}", cancellationToken)).Should().Equal(ContentOf(name)));
        Tell("get");
        await Parallel.ForEachAsync(names.Where(static (_, i) => i % 2 == 0), Lanes, async (name, _) => await Session.DeleteAsync($"many/{name}", cancellationToken: cancellationToken));
        (await Session.NamesAsync("many", cancellationToken)).Should().Equal(Ordered(names.Where(static (_, i) => i % 2 == 1)));
        await Session.DeleteAsync("many", recursive: true, cancellationToken);
        Tell("delete");
        (await Session.NamesAsync(".", cancellationToken)).Should().BeEmpty();

        void Tell(string verb) => TestContext.Out.WriteLine($"{verb} by {clock.ElapsedMilliseconds} ms");
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_tree_that_is_deeper_than_there_are_ports_can_be_walked_while_it_is_listed(CancellationToken cancellationToken)
    {
        var depth = ChannelPorts.Data.Count + 2;
        await Session.PutTextAsync(string.Join('/', Enumerable.Repeat("d", depth)) + "/leaf", "found", cancellationToken: cancellationToken);

        (await FindAsync("d")).Should().Be("found");

        async Task<string?> FindAsync(string folder)
        {
            await foreach (var entry in Session.ListAsync(folder, cancellationToken))
            {
                var path = $"{folder}/{entry.Name}";
                return entry.Kind == GuestEntryKind.Directory ? await FindAsync(path) : await Session.GetTextAsync(path, cancellationToken);
            }

            return null;
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task More_followers_than_there_are_ports_for_them_take_turns(CancellationToken cancellationToken)
    {
        await Session.StartAsync(SessionPhrases.Shell("until [ -e enough ]; do usleep 20000; done; exit 3"), cancellationToken: cancellationToken);
        var following = Enumerable.Range(0, 3).Select(_ => Session.WaitForEndAsync(cancellationToken)).ToList();

        await Session.PutTextAsync("enough", "", cancellationToken: cancellationToken);

        (await Task.WhenAll(following)).Should().OnlyContain(static end => end.ExitCode == 3);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task More_followers_than_there_are_ports_for_data_may_put_while_they_follow(CancellationToken cancellationToken)
    {
        await Session.StartAsync(SessionPhrases.Shell("seq 1 100000; until [ -e enough ]; do usleep 20000; done"), cancellationToken: cancellationToken);

        await Task.WhenAll(Enumerable.Range(0, ChannelPorts.Data.Count + 1).Select(async follower =>
        {
            await foreach (var happened in Session.FollowAsync(default, cancellationToken))
            {
                if (happened is TaskOutput)
                {
                    await Session.PutTextAsync($"heard {follower}", "", cancellationToken: cancellationToken);
                    break;
                }
            }
        }));

        await Session.PutTextAsync("enough", "", cancellationToken: cancellationToken);
        (await Session.WaitForEndAsync(cancellationToken)).ExitCode.Should().Be(0);
    }

    /// <summary>Two ordered lists are compared in no time; as sets, ten thousand names would take minutes.</summary>
    private static IEnumerable<string> Ordered(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);

    /// <summary>Of every file its own, some of them empty.</summary>
    private static byte[] ContentOf(string name) => name.Contains('7', StringComparison.Ordinal) ? [] : Encoding.UTF8.GetBytes($"what is in {name}\0");
}
