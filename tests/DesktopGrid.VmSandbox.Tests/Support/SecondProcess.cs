using System.Diagnostics;

namespace DesktopGrid.VmSandbox.Tests.Support;

/// <summary>A process of its own that does one of <see cref="SecondProcessWork"/>'s works: what two processes do to each other, two threads cannot show.</summary>
internal sealed class SecondProcess : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private SecondProcess(Process process) => _process = process;

    /// <summary>Starts one.</summary>
    /// <param name="front">A command that runs it, such as unshare with its arguments; empty for none.</param>
    /// <param name="work">The work and its arguments.</param>
    public static SecondProcess Start(IReadOnlyList<string> front, params string[] work)
    {
        string[] words = [.. front, Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", "exec", typeof(SecondProcess).Assembly.Location, .. work];
        return new SecondProcess(Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>The next line that it says; null at its end.</summary>
    public async Task<string?> SaysAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        return await _process.StandardOutput.ReadLineAsync(bound.Token);
    }

    /// <summary>Lets it end: it waits for the end of its input.</summary>
    public void Release() => _process.StandardInput.Close();

    /// <summary>Ends it as the kernel would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits for its end; fails with what it wrote to its standard error unless it ended well.</summary>
    public async Task EndsWellAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        var errors = await _process.StandardError.ReadToEndAsync(bound.Token);
        await _process.WaitForExitAsync(bound.Token);
        _process.ExitCode.Should().Be(0, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
