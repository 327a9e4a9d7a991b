using System.Buffers;
using System.Text.Json;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Logs;

/// <summary>
/// Writes one machine's log as JSON lines, capped: at half of the cap the file becomes the older part and the part before it goes. A full
/// disk loses lines, never the machine. Safe for several threads.
/// </summary>
internal sealed class MachineLog(string path, TimeProvider time, long maxBytes = MachineLog.DefaultMaxBytes) : IDisposable
{
    /// <summary>What both parts together may hold.</summary>
    public const long DefaultMaxBytes = 16 * 1024 * 1024;
    /// <summary>Characters of a line; the rest is cut.</summary>
    public const int MaxLineLength = 4096;
    /// <summary>Follows the name of the older part.</summary>
    public const string OlderSuffix = ".1";

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private FileStream? _file;
    private bool _isClosed;

    /// <summary>Adds one line.</summary>
    public void Write(LogSource source, string text)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            try
            {
                _file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
                _file.Write(Serialize(source, text));
                if (_file.Length >= maxBytes / 2)
                {
                    _file.Dispose();
                    _file = null;
                    File.Move(path, path + OlderSuffix, overwrite: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The log is the least important thing on a full disk.
            }
        }
    }

    /// <summary>Removes both parts of a log.</summary>
    public static void Remove(string path)
    {
        File.Delete(path);
        File.Delete(path + OlderSuffix);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _file?.Dispose();
        }
    }

    private ReadOnlySpan<byte> Serialize(LogSource source, string text)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time"u8, time.GetUtcNow());
            writer.WriteString("source"u8, Names.Of(source));
            writer.WriteString("text"u8, TextTail.Clean(text.Length > MaxLineLength ? text[..MaxLineLength] : text));
            writer.WriteEndObject();
        }

        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }

    /// <summary>The sources' names in the file.</summary>
    internal static class Names
    {
        public static string Of(LogSource source) => source switch
        {
            LogSource.Host => "host",
            LogSource.Qemu => "qemu",
            LogSource.Console => "console",
            LogSource.Daemon => "daemon",
            LogSource.Stdout => "stdout",
            _ => "stderr",
        };

        public static LogSource? Parse(string? name) => Array.Find(Enum.GetValues<LogSource>(), source => Of(source) == name) is var found && Of(found) == name ? found : null;
    }
}
