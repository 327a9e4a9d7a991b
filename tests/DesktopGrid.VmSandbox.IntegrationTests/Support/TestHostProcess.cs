using System.Diagnostics;
using System.Text;

namespace DesktopGrid.VmSandbox.IntegrationTests.Support;

/// <summary>A second host process (DesktopGrid.VmSandbox.TestHost), which says a line for each of its steps. Killed at the end.</summary>
internal sealed class TestHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly StringBuilder _errors = new();

    private TestHostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public static TestHostProcess Start(TempStore store, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "DesktopGrid.VmSandbox.TestHost.dll");
        var dotnet = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return new TestHostProcess(Process.Start(new ProcessStartInfo(dotnet, [program, store.StorePath, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>The words of the first line that begins with this word; waits for it.</summary>
    public async Task<string[]> WaitForAsync(string word, TimeSpan? bound = null)
    {
        var line = await Eventually.FindAsync(() => Find(word) ?? (Find("failed") is { } failed ? throw new AssertionException($"The second host failed: {failed}") : null), bound ?? Bound);
        return line is null
            ? throw new AssertionException($"The second host did not say \"{word}\" in time; it said: {string.Join(" | ", Lines)} {_errors}")
            : line.Split(' ');
    }

    /// <summary>Writes a line to its standard input.</summary>
    public Task TellAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The first line that begins with this, which may be a failure; waits for it.</summary>
    public async Task<string> HearAsync(string beginning) =>
        await Eventually.FindAsync(() => Find(beginning), Bound) ?? throw new AssertionException($"The second host did not say \"{beginning}\" in time; it said: {string.Join(" | ", Lines)} {_errors}");

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Ends it as the kernel's memory killer or an impatient user would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(new CancellationTokenSource(Bound).Token);
    }

    /// <summary>Lets it close everything, and gives its exit code.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(new CancellationTokenSource(Bound).Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        // Its owner's since it was asked for.
        await _process.StandardInput.DisposeAsync();
        _process.Dispose();
    }

    private string? Find(string word) => Lines.FirstOrDefault(line => line.StartsWith(word, StringComparison.Ordinal));

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }
}
