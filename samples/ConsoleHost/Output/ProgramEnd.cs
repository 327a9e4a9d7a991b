using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>What people are told of a program that has ended.</summary>
internal static class ProgramEnd
{
    public static void Tell(JobResult result, Screen screen) =>
        screen.Note(result.Signal is { } signal ? $"The program was ended by signal {signal}." : $"The program ended with exit code {result.ExitCode}.");

    /// <summary>Also with --quiet: output that is cut is no output to build on, and the exit code does not say it.</summary>
    public static void TellDropped(long bytes, Screen screen)
    {
        if (bytes > 0)
        {
            screen.Note($"The program wrote more than is kept, and {bytes} bytes were dropped; --stdout-bytes (in a job file standardOutputBytes) keeps more.");
        }
    }
}
