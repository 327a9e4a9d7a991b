using System.Text.Json;
using DesktopGrid.VmSandbox.Logs;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Logs;

[CancelAfter(60_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MachineLogTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
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
    public void A_line_is_one_object_of_JSON()
    {
        Write(log => log.Write(LogSource.Stdout, "said \"hello\""));

        using var line = JsonDocument.Parse(File.ReadAllLines(_path).Should().ContainSingle().Which);
        line.RootElement.GetProperty("time").GetDateTimeOffset().Should().Be(_time.GetUtcNow());
        line.RootElement.GetProperty("source").GetString().Should().Be("stdout");
        line.RootElement.GetProperty("text").GetString().Should().Be("said \"hello\"");
    }

    [Test]
    public async Task Every_source_comes_back_as_itself(CancellationToken cancellationToken)
    {
        Write(static log =>
        {
            foreach (var source in Enum.GetValues<LogSource>())
            {
                log.Write(source, source.ToString());
            }
        });

        (await ReadAsync(new LogQuery(), cancellationToken)).Select(static line => (line.Source, line.Text)).Should().Equal(Enum.GetValues<LogSource>().Select(static source => (source, source.ToString())));
    }

    [TestCase("\u001b[2J\u009b31m", ".[2J.31m")]
    [TestCase("a\nb\r\n\"}{\"time\":0}", "a.b..\"}{\"time\":0}")]
    [TestCase("", "")]
    [TestCase("{\"time\":\"2020-01-01T00:00:00Z\",\"source\":\"host\",\"text\":\"forged\"}", "{\"time\":\"2020-01-01T00:00:00Z\",\"source\":\"host\",\"text\":\"forged\"}")]
    public async Task Hostile_text_stays_one_harmless_line(string text, string kept, CancellationToken cancellationToken)
    {
        Write(log => log.Write(LogSource.Console, text));

        (await File.ReadAllLinesAsync(_path, cancellationToken)).Should().ContainSingle();
        (await ReadAsync(new LogQuery(), cancellationToken)).Should().Equal(new LogLine(_time.GetUtcNow(), LogSource.Console, kept));
    }

    [Test]
    public async Task Half_a_character_does_no_harm(CancellationToken cancellationToken)
    {
        Write(static log => log.Write(LogSource.Console, new string('x', MachineLog.MaxLineLength - 1) + "\U0001F600"));

        (await ReadAsync(new LogQuery(), cancellationToken)).Should().ContainSingle().Which.Text.Should().EndWith("x\ufffd");
    }

    [Test]
    public async Task A_long_line_is_cut(CancellationToken cancellationToken)
    {
        Write(static log => log.Write(LogSource.Stderr, new string('x', 1_000_000)));

        (await ReadAsync(new LogQuery(), cancellationToken)).Should().ContainSingle().Which.Text.Should().HaveLength(MachineLog.MaxLineLength);
    }

    [Test]
    public async Task A_flood_stays_below_the_cap_and_the_newest_lines_stand(CancellationToken cancellationToken)
    {
        const int cap = 20_000, lines = 5000;
        Write(
            static log =>
            {
                for (var line = 0; line < lines; line++)
                {
                    log.Write(LogSource.Console, $"line {line}");
                }
            },
            cap);

        Directory.EnumerateFiles(_folder.Path).Sum(static file => new FileInfo(file).Length).Should().BeLessThan(cap + 200);
        var kept = await ReadAsync(new LogQuery(), cancellationToken);
        kept.Should().HaveCountGreaterThan(50);
        kept.Select(static line => line.Text).Should().Equal(Enumerable.Range(lines - kept.Count, kept.Count).Select(static line => $"line {line}"));
    }

    [Test]
    public void A_full_disk_loses_the_line_and_nothing_else()
    {
        File.CreateSymbolicLink(_path, "/dev/full");

        FluentActions.Invoking(() => Write(static log =>
        {
            log.Write(LogSource.Host, "lost");
            log.Write(LogSource.Host, "lost as well");
        })).Should().NotThrow();
    }

    [Test]
    public void A_folder_that_is_gone_loses_the_line_and_nothing_else()
    {
        _path = _folder.File("gone/log.jsonl");

        FluentActions.Invoking(() => Write(static log => log.Write(LogSource.Host, "lost"))).Should().NotThrow();
    }

    [Test]
    public void After_its_end_nothing_is_written()
    {
        var log = new MachineLog(_path, _time);
        log.Dispose();
        log.Write(LogSource.Host, "late");

        File.Exists(_path).Should().BeFalse();
    }

    [Test]
    public async Task Several_threads_write_whole_lines(CancellationToken cancellationToken)
    {
        using (var log = new MachineLog(_path, _time))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(
                () =>
                {
                    for (var line = 0; line < 200; line++)
                    {
                        log.Write(LogSource.Host, $"{thread}:{line}");
                    }
                },
                cancellationToken)));
        }

        (await ReadAsync(new LogQuery(), cancellationToken)).Select(static line => line.Text).Should().HaveCount(800).And.OnlyHaveUniqueItems();
    }

    [Test]
    public void Removing_takes_both_parts_and_can_be_repeated()
    {
        Write(static log => log.Write(LogSource.Host, "a"));
        File.Copy(_path, _path + MachineLog.OlderSuffix);
        MachineLog.Remove(_path);
        MachineLog.Remove(_path);

        Directory.EnumerateFiles(_folder.Path).Should().BeEmpty();
    }

    private void Write(Action<MachineLog> write, long cap = MachineLog.DefaultMaxBytes)
    {
        using var log = new MachineLog(_path, _time, cap);
        write(log);
    }

    private async Task<List<LogLine>> ReadAsync(LogQuery query, CancellationToken cancellationToken)
    {
        var lines = new List<LogLine>();
        await foreach (var line in MachineLogReader.ReadAsync(_path, query, static () => true, _time, cancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }
}
