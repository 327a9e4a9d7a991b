using Spectre.Console;
using Spectre.Console.Rendering;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>
/// Shows how far a long work is. The manners are those of libguestfs (guestfs(3), "PROGRESS MESSAGES"): nothing in the first two seconds,
/// at most three a second, a pulse where nobody knows the whole, and at last 100 % unless it failed. Bars are for terminals only; elsewhere
/// a line now and then.
/// </summary>
internal sealed class ProgressDisplay(Screen screen, bool isQuiet, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(350);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    public Task WatchAsync(WorkState state, Func<Task> work) => WatchAsync(state, async () =>
    {
        await work();
        return true;
    });

    public async Task<T> WatchAsync<T>(WorkState state, Func<Task<T>> work)
    {
        var working = work();
        if (!isQuiet && !await EndsWithinAsync(working, First))
        {
            await (screen.HasBars ? DrawAsync(state, working) : WriteAsync(state, working));
        }

        return await working;
    }

    private async Task<bool> EndsWithinAsync(Task working, TimeSpan limit) => await Task.WhenAny(working, Task.Delay(limit, time)) == working;

    private async Task DrawAsync(WorkState state, Task working)
    {
        var progress = screen.Error.Progress().AutoRefresh(false).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentColumn(), new ElapsedTimeColumn());
        await progress.StartAsync(async context =>
        {
            (string Label, ProgressTask Bar)? row = null;
            do
            {
                var step = state.Now;
                if (row?.Label != step.Label)
                {
                    Fill(row?.Bar);
                    row = (step.Label, context.AddTask(Markup.Escape(step.Text), maxValue: 1));
                }

                row.Value.Bar.Description = Markup.Escape(step.Text);
                row.Value.Bar.IsIndeterminate = step.Fraction is null;
                row.Value.Bar.Value = step.Fraction ?? 0;
                context.Refresh();
            }
            while (!await EndsWithinAsync(working, Interval));

            if (working.IsCompletedSuccessfully)
            {
                Fill(row.Value.Bar);
                context.Refresh();
            }
        });

        static void Fill(ProgressTask? bar)
        {
            if (bar is not null)
            {
                bar.IsIndeterminate = false;
                bar.Value = 1;
                bar.StopTask();
            }
        }
    }

    private async Task WriteAsync(WorkState state, Task working)
    {
        var start = time.GetTimestamp();
        var told = start;
        string? label = null;
        do
        {
            var step = state.Now;
            if (step.Label != label || time.GetElapsedTime(told) >= LineInterval)
            {
                (label, told) = (step.Label, time.GetTimestamp());
                screen.Note(step.Fraction is { } fraction ? $"{step.Text}: {fraction:0 %}" : $"{step.Text} ({time.GetElapsedTime(start).TotalSeconds + First.TotalSeconds:0} s)");
            }
        }
        while (!await EndsWithinAsync(working, Interval));

        if (working.IsCompletedSuccessfully)
        {
            screen.Note($"{label}: 100 %");
        }
    }

    /// <summary>Spectre's own column shows 0 % for a pulse.</summary>
    private sealed class PercentColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(task.IsIndeterminate ? "" : $"{task.Value:0 %}");

        public override int? GetColumnWidth(RenderOptions options) => 5;
    }
}
