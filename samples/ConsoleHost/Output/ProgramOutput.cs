using System.Text;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>
/// The guest program's two streams on ours: byte for byte into a file or pipe, made harmless and line by line onto a terminal, where a
/// progress bar may have to move out of the way.
/// </summary>
internal sealed class ProgramOutput(Screen screen) : IDisposable
{
    private readonly Sink _stdout = Console.IsOutputRedirected ? new RawSink(Console.OpenStandardOutput()) : new LineSink(screen.Line);
    private readonly Sink _stderr = Console.IsErrorRedirected ? new RawSink(Console.OpenStandardError()) : new LineSink(screen.ErrorLine);

    /// <exception cref="OutputLostException">Our own stream cannot be written.</exception>
    public async ValueTask WriteAsync(TaskOutput output)
    {
        try
        {
            await (output.IsError ? _stderr : _stdout).WriteAsync(output.Bytes);
        }
        catch (IOException e)
        {
            throw new OutputLostException(TaskFate.MayHaveRun, e);
        }
    }

    /// <summary>Gives out a last line without its end.</summary>
    public void Dispose()
    {
        _stdout.Dispose();
        _stderr.Dispose();
    }

    private abstract class Sink : IDisposable
    {
        public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

        public abstract void Dispose();
    }

    private sealed class RawSink(Stream stream) : Sink
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

        public override void Dispose() => stream.Dispose();
    }

    private sealed class LineSink(Action<string> write) : Sink
    {
        // A program need never end its line.
        private const int MaxLine = 4096;

        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private readonly StringBuilder _line = new();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            var text = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
            foreach (var c in text.AsSpan(0, _decoder.GetChars(bytes.Span, text, flush: false)))
            {
                if (c == '\n' || _line.Length == MaxLine)
                {
                    Emit();
                }

                if (c is not ('\n' or '\r'))
                {
                    _line.Append(c);
                }
            }

            return ValueTask.CompletedTask;
        }

        public override void Dispose()
        {
            if (_line.Length > 0)
            {
                Emit();
            }
        }

        private void Emit()
        {
            write(_line.ToString());
            _line.Clear();
        }
    }
}
