using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Jobs;

/// <summary>A program that is named as on this computer (./prog), where the guest's name of an input is wanted: the library can only say that this is none.</summary>
internal static class OwnProgram
{
    /// <exception cref="FileNotFoundException">An input is missing, and the program is perhaps only not found because of that.</exception>
    /// <exception cref="UsageException">The program is a file of this computer.</exception>
    public static void Demand(string program, IReadOnlyList<JobFile> inputs)
    {
        if (program.StartsWith('/') || inputs.Any(input => input.Path == program))
        {
            return;
        }

        if (inputs.FirstOrDefault(static input => !Path.Exists(input.HostPath)) is { } missing)
        {
            throw new FileNotFoundException($"The input {missing.HostPath} cannot be read: there is no such file.");
        }

        var name = Path.GetFileName(program);
        if (name.Length > 0 && RelativePath.Fault(name) is null && (File.Exists(program) || RelativePath.Fault(program) is not null))
        {
            throw new UsageException(
                $"The program \"{Printable.Line(program)}\" is none of the inputs.",
                inputs.Any(input => input.Path == name)
                    ? $"In the guest the input is called {Printable.Line(name)}: name it so."
                    : $"Put it in with --input {Printable.Line(program)} and call it {Printable.Line(name)}, or name a program of the guest by its absolute path (/bin/sh).");
        }
    }
}
