using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;

namespace DesktopGrid.VmSandbox.Snippets;

/// <summary>An application that speaks to BOINC's client itself.</summary>
public static class BoincSnippets
{
    /// <summary>A whole task: its input, its steps, its output, its end.</summary>
    public static async Task<int> RunAsync(Func<string, int, CancellationToken, Task<string>> stepAsync, int steps, CancellationToken cancellationToken)
    {
        // snippet: boinc-task
        await using var task = await BoincTask.OpenAsync(cancellationToken: cancellationToken);
        var text = await File.ReadAllTextAsync(task.Resolve("in"), cancellationToken);
        for (var step = 0; step < steps; step++)
        {
            while (task.Words.TryRead(out var word))
            {
                var last = word;
                for (var stands = last is ClientWord.Suspend; stands;)
                {
                    last = await task.Words.ReadAsync(cancellationToken);
                    stands = last is not (ClientWord.Resume or ClientWord.Quit or ClientWord.Abort or ClientWord.ClientLost);
                }

                if (last is ClientWord.Abort)
                {
                    return (int)BoincExitCode.AbortedByClient;
                }

                if (last is ClientWord.Quit or ClientWord.ClientLost)
                {
                    // Without the word that it is finished: the client starts the task again.
                    return 0;
                }
            }

            text = await stepAsync(text, step, cancellationToken);
            task.Report = task.Report with { CpuTime = Environment.CpuUsage.TotalTime, FractionDone = (step + 1.0) / steps };
        }

        await File.WriteAllTextAsync(task.Resolve("out"), text, cancellationToken);
        await task.FinishAsync(0, cancellationToken: cancellationToken);
        return 0;
        // end
    }
}
