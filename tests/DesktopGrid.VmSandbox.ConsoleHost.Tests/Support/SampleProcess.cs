using System.Diagnostics;
using System.Globalization;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

/// <summary>A sample program as a real process, built beside the tests.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private SampleProcess(Process process) => (_process, _error) = (process, process.StandardError.ReadToEndAsync());

    public StreamReader Output => _process.StandardOutput;

    /// <summary>The words that start a sample: dotnet and its assembly.</summary>
    public static IReadOnlyList<string> Words(string assembly) =>
        [Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet", Path.Combine(AppContext.BaseDirectory, assembly)];

    public static SampleProcess Start(IReadOnlyList<string> words, string? folder = null)
    {
        var process = Process.Start(new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return new SampleProcess(process);
    }

    public static async Task<Outcome> RunAsync(IReadOnlyList<string> words, string? folder = null, string input = "", CancellationToken cancellationToken = default)
    {
        using var sample = Start(words, folder);
        await sample._process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        sample._process.StandardInput.Close();
        return await sample.EndAsync(cancellationToken);
    }

    /// <summary>Ctrl-C, as a terminal sends it.</summary>
    public Task InterruptAsync(CancellationToken cancellationToken) => SignalAsync("INT", _process.Id, cancellationToken);

    /// <summary>The end without a word.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>By the shell, which is there where the program kill may not be.</summary>
    public static async Task SignalAsync(string signal, int processId, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("/bin/sh", ["-c", "kill -$0 $1", signal, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        kill.ExitCode.Should().Be(0);
    }

    public async Task<Outcome> EndAsync(CancellationToken cancellationToken)
    {
        var output = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await _error.WaitAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return new Outcome(_process.ExitCode, output, error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
