using System.Diagnostics;

namespace DesktopGrid.VmSandbox.PackageTests;

/// <summary>Runs a program to its end and keeps what it said.</summary>
internal static class Tool
{
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ToolResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

/// <summary>How a program ended.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>For a test's own message.</summary>
    public string Said => $"it said:\n{Output}{Errors}".Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
