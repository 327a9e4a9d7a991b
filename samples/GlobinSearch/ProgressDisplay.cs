using System.Globalization;
using System.Text;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.GlobinSearch;

/// <summary>Tells how far the job is: a bar that moves on a terminal, a line at each step elsewhere.</summary>
internal sealed class ProgressDisplay(TextWriter writer, bool isTerminal) : IProgress<JobProgress>
{
    private const int Width = 40;
    private const int LongestLine = 500;

    private readonly Lock _gate = new();
    private readonly StringBuilder _line = new();
    private JobPhase? _phase;
    private double _fraction;
    private bool _barStands;

    public void Report(JobProgress value)
    {
        lock (_gate)
        {
            if (_phase != value.Phase)
            {
                _phase = value.Phase;
                WriteLine(Sentence(value.Phase), value.Elapsed);
            }

            if (value is { Phase: JobPhase.Run, FractionDone: { } fraction } && (isTerminal || fraction > _fraction))
            {
                _fraction = fraction;
                WriteBar(fraction, value);
            }
        }
    }

    /// <summary>The program's own words, as they come.</summary>
    public ValueTask ShowAsync(TaskOutput output)
    {
        lock (_gate)
        {
            foreach (var letter in Encoding.UTF8.GetString(output.Bytes.Span))
            {
                if (letter != '\n')
                {
                    _line.Append(letter);
                }

                if (letter == '\n' || _line.Length == LongestLine)
                {
                    WriteLine($"the guest says: {Printable.Of(_line.ToString())}", null);
                    _line.Clear();
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    private static string Sentence(JobPhase phase) => phase switch
    {
        JobPhase.Create => "A machine is made.",
        JobPhase.Queued => "It waits until there is room for it on this computer.",
        JobPhase.Start => "It boots (the first time here, QEMU's accelerators are tried before).",
        JobPhase.Put => "Programs and sequences go in.",
        JobPhase.Run => "The program runs.",
        JobPhase.Get => "The reports come out.",
        JobPhase.Destroy => "The machine is removed.",
        _ => phase.ToString(),
    };

    private void WriteLine(string text, TimeSpan? elapsed)
    {
        EndBar();
        writer.WriteLine(elapsed is { } time ? Invariant($"[{time.TotalSeconds,6:0.0} s] {text}") : $"           {text}");
    }

    private void WriteBar(double fraction, JobProgress value)
    {
        var full = (int)Math.Round(fraction * Width);
        var bar = Invariant($"[{value.Elapsed.TotalSeconds,6:0.0} s] {new string('#', full)}{new string('.', Width - full)} {fraction * 100,3:0} %  CPU {value.CpuTime.TotalSeconds:0.0} s");
        writer.Write(isTerminal ? $"\r{bar}" : bar + Environment.NewLine);
        _barStands = isTerminal;
    }

    private void EndBar()
    {
        if (_barStands)
        {
            writer.WriteLine();
            _barStands = false;
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
