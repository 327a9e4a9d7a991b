using DesktopGrid.VmSandbox.Logs;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Logs;

[CancelAfter(60_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MachineLogReaderTests
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private readonly FakeTimeProvider _time = new(Begin);
    private TemporaryFolder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File("log.jsonl");
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public async Task The_last_lines_can_be_asked_for(CancellationToken cancellationToken)
    {
        Write(10);

        (await TextsAsync(new LogQuery { Tail = 3 }, cancellationToken)).Should().Equal("7", "8", "9");
        (await TextsAsync(new LogQuery { Tail = 0 }, cancellationToken)).Should().BeEmpty();
        (await TextsAsync(new LogQuery { Tail = int.MaxValue }, cancellationToken)).Should().HaveCount(10);
    }

    [Test]
    public async Task Lines_since_a_moment_can_be_asked_for(CancellationToken cancellationToken)
    {
        Write(10);

        (await TextsAsync(new LogQuery { Since = Begin.AddSeconds(8) }, cancellationToken)).Should().Equal("8", "9");
        (await TextsAsync(new LogQuery { Since = Begin.AddDays(1) }, cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task Sources_can_be_chosen_and_a_tail_counts_what_is_chosen(CancellationToken cancellationToken)
    {
        Write(10);

        (await TextsAsync(new LogQuery { Sources = [LogSource.Stderr] }, cancellationToken)).Should().Equal("1", "3", "5", "7", "9");
        (await TextsAsync(new LogQuery { Sources = [LogSource.Stderr], Tail = 2, Since = Begin }, cancellationToken)).Should().Equal("7", "9");
        (await TextsAsync(new LogQuery { Sources = [LogSource.Qemu] }, cancellationToken)).Should().BeEmpty();
    }

    [Test]
    public async Task A_log_that_is_not_there_is_empty(CancellationToken cancellationToken) => (await TextsAsync(new LogQuery(), cancellationToken)).Should().BeEmpty();

    [Test]
    public async Task A_line_that_was_cut_or_is_no_line_of_ours_is_passed_over(CancellationToken cancellationToken)
    {
        Write(1);
        await File.AppendAllTextAsync(
            _path,
            """
            {"time":"2024-10-04T00:00:00+00:00","source":"host","te
            no JSON at all
            {"time":"yesterday","source":"host","text":"no time"}
            {"time":"2024-10-04T00:00:00+00:00","source":"nobody","text":"no source"}
            {"time":"2024-10-04T00:00:00+00:00","source":"host"}
            {"time":"2024-10-04T00:00:00+00:00","source":5,"text":"x"}
            {"time":"2024-10-04T00:00:00+00:00","source":"host","text":"\ud800"}
            []

            """ + "\u0000\u0001\n",
            cancellationToken);
        Write(1);
        await File.AppendAllTextAsync(_path, "{\"time\":\"2024", cancellationToken);

        (await TextsAsync(new LogQuery(), cancellationToken)).Should().Equal("0", "0");
    }

    [Test]
    public async Task Who_follows_gets_what_comes_until_the_machine_is_gone(CancellationToken cancellationToken)
    {
        var over = false;
        using var log = new MachineLog(_path, _time);
        log.Write(LogSource.Host, "before");
        await using var lines = Follow(() => over, cancellationToken);
        (await NextAsync(lines)).Should().Be("before");

        log.Write(LogSource.Host, "while");
        (await NextAsync(lines)).Should().Be("while");

        log.Write(LogSource.Host, "at the end");
        over = true;
        (await NextAsync(lines)).Should().Be("at the end");
        (await NextAsync(lines)).Should().BeNull();
    }

    [Test]
    public async Task Who_follows_a_log_that_is_cut_misses_nothing(CancellationToken cancellationToken)
    {
        // A line has some 75 bytes, so that the log is cut every six or seven lines, sooner or later between two looks.
        using var log = new MachineLog(_path, _time, maxBytes: 1000);
        await using var lines = Follow(static () => false, cancellationToken);
        var written = 0;
        for (var look = 0; look < 100; look++)
        {
            for (var more = 0; more <= look % 4; more++)
            {
                log.Write(LogSource.Host, $"{written++}");
            }

            for (var read = written - (look % 4) - 1; read < written; read++)
            {
                (await NextAsync(lines)).Should().Be($"{read}");
            }
        }
    }

    [Test]
    public async Task Who_follows_a_log_that_is_removed_comes_to_its_end(CancellationToken cancellationToken)
    {
        var over = false;
        using (var log = new MachineLog(_path, _time))
        {
            log.Write(LogSource.Host, "all");
        }

        await using var lines = Follow(() => over, cancellationToken);
        (await NextAsync(lines)).Should().Be("all");
        MachineLog.Remove(_path);
        over = true;

        (await NextAsync(lines)).Should().BeNull();
    }

    [Test]
    public async Task Who_follows_can_give_up(CancellationToken cancellationToken)
    {
        using var caller = new CancellationTokenSource();
        await using var lines = Follow(static () => false, caller.Token);
        var next = lines.MoveNextAsync().AsTask();
        await caller.CancelAsync();

        await next.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        cancellationToken.IsCancellationRequested.Should().BeFalse();
    }

    private void Write(int lines)
    {
        using var log = new MachineLog(_path, _time);
        for (var line = 0; line < lines; line++)
        {
            log.Write(line % 2 == 0 ? LogSource.Stdout : LogSource.Stderr, $"{line}");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task<List<string>> TextsAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        await foreach (var line in MachineLogReader.ReadAsync(_path, query, static () => true, _time, cancellationToken))
        {
            texts.Add(line.Text);
        }

        return texts;
    }

    private IAsyncEnumerator<LogLine> Follow(Func<bool> isOver, CancellationToken cancellationToken) =>
        MachineLogReader.ReadAsync(_path, new LogQuery { Follow = true }, isOver, _time, cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>The next line; moves the clock so that the reader looks again. Null at the end.</summary>
    private async Task<string?> NextAsync(IAsyncEnumerator<LogLine> lines)
    {
        var next = lines.MoveNextAsync();
        if (!next.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        return await next ? lines.Current.Text : null;
    }
}
