using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace DesktopGrid.VmSandbox.Logs;

/// <summary>Reads a machine's log while it is written, by this process or another, and after.</summary>
internal static class MachineLogReader
{
    // A log that is followed costs a look at its length each time; watchers of the operating system run out where many logs are followed.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The lines that the query asks for, oldest first.</summary>
    /// <param name="path">The log.</param>
    /// <param name="query">Which lines.</param>
    /// <param name="isOver">Whether nothing more will come.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async IAsyncEnumerable<LogLine> ReadAsync(string path, LogQuery query, Func<bool> isOver, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var log = new Cursor(path);
        var tail = query.Tail is { } count ? new Queue<LogLine>(Math.Min(count, 1024)) : null;
        foreach (var line in log.ReadOlder().Concat(log.ReadNew()).Where(Fits))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (tail is null)
            {
                yield return line;
                continue;
            }

            tail.Enqueue(line);
            if (tail.Count > query.Tail)
            {
                tail.Dequeue();
            }
        }

        foreach (var line in tail ?? [])
        {
            yield return line;
        }

        while (query.Follow)
        {
            // Asked before the last look: what was written before the end is not missed.
            var over = isOver();
            foreach (var line in log.ReadNew().Where(Fits))
            {
                yield return line;
            }

            if (over)
            {
                yield break;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }

        bool Fits(LogLine line) => (query.Since is not { } since || line.Time >= since) && (query.Sources.Count == 0 || query.Sources.Contains(line.Source));
    }

    /// <summary>A place in the log that survives its being cut.</summary>
    private sealed class Cursor(string path) : IDisposable
    {
        private readonly List<byte> _rest = [];
        private FileStream? _file;

        public IEnumerable<LogLine> ReadOlder()
        {
            using var older = Open(path + MachineLog.OlderSuffix);
            return older is null ? [] : [.. Lines(older, [])];
        }

        public IEnumerable<LogLine> ReadNew()
        {
            _file ??= Open(path);
            if (_file is null)
            {
                yield break;
            }

            foreach (var line in Lines(_file, _rest))
            {
                yield return line;
            }

            if (!IsAnother(_file))
            {
                yield break;
            }

            // What we hold has become the older part. A line may have been written to it since we came to its end.
            foreach (var line in Lines(_file, _rest))
            {
                yield return line;
            }

            _file.Dispose();
            _file = null;
            _rest.Clear();
            if (File.Exists(path))
            {
                foreach (var line in ReadNew())
                {
                    yield return line;
                }
            }
        }

        public void Dispose() => _file?.Dispose();

        /// <summary>Whether the log's name belongs to another file now. A log only grows: our own was never longer a moment ago than it is, nor shorter than what was read.</summary>
        private bool IsAnother(FileStream ours)
        {
            var present = new FileInfo(path);
            return !present.Exists || present.Length < ours.Position || present.Length > ours.Length;
        }

        private static FileStream? Open(string path)
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        }

        private static IEnumerable<LogLine> Lines(FileStream file, List<byte> rest)
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = file.Read(buffer)) > 0)
            {
                var start = 0;
                for (var end = Array.IndexOf(buffer, (byte)'\n', start, read - start); end >= 0; end = Array.IndexOf(buffer, (byte)'\n', start, read - start))
                {
                    rest.AddRange(buffer.AsSpan(start, end - start));
                    if (Parse([.. rest]) is { } line)
                    {
                        yield return line;
                    }

                    rest.Clear();
                    start = end + 1;
                }

                rest.AddRange(buffer.AsSpan(start, read - start));
            }
        }

        /// <summary>Null for a line that was cut by a full disk or a crash.</summary>
        private static LogLine? Parse(byte[] bytes)
        {
            try
            {
                using var document = JsonDocument.Parse(bytes);
                var line = document.RootElement;
                return MachineLog.Names.Parse(line.GetProperty("source"u8).GetString()) is { } source
                    ? new LogLine(line.GetProperty("time"u8).GetDateTimeOffset(), source, line.GetProperty("text"u8).GetString() ?? "")
                    : null;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or DecoderFallbackException)
            {
                return null;
            }
        }
    }
}
