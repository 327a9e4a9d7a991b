using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Jobs;

/// <summary>A job reads its standard input from a file; our own is a pipe that can be read once, so it is written into one first.</summary>
internal sealed class StandardInputSpool : IDisposable
{
    /// <summary>The name that stands for this program's own standard input.</summary>
    public const string OwnName = "-";

    private string? _file;

    /// <summary>The same job with a file in place of that name.</summary>
    public async Task<SandboxJob> TakeAsync(SandboxJob job, CancellationToken cancellationToken)
    {
        if (job.StandardInput != OwnName)
        {
            return job;
        }

        _file = Path.GetTempFileName();
        await using var input = Console.OpenStandardInput();
        await using var file = new FileStream(_file, FileMode.Truncate, FileAccess.Write);
        await input.CopyToAsync(file, cancellationToken);
        return job with { StandardInput = _file };
    }

    public void Dispose()
    {
        if (_file is not null)
        {
            File.Delete(_file);
        }
    }
}
