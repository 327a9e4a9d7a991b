using System.IO.Compression;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;

/// <summary>Lays into the guest's work directory what the application would see in its slot: files under their logical names, copied.</summary>
/// <param name="session">The guest.</param>
/// <param name="mostBytes">The most bytes that archives may unpack to.</param>
internal sealed class GuestSlot(ISandboxSession session, long mostBytes)
{
    /// <summary>Puts the files of the slot.</summary>
    /// <param name="plan">Whose programs are made executable.</param>
    /// <param name="files">The files; outputs that are there already go in as well, to be appended to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxException">A file cannot be read, or does not fit into the guest.</exception>
    public async Task PutAsync(TaskPlan plan, IReadOnlyList<SlotFile> files, CancellationToken cancellationToken)
    {
        var programs = plan.Programs.ToHashSet(StringComparer.Ordinal);
        var archives = plan.UnzipInputs.ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(file => File.Exists(file.PhysicalPath) && !archives.Contains(file.LogicalName)))
        {
            if (programs.Contains(file.LogicalName))
            {
                DemandRunnable(file.LogicalName, ProgramHeader.Read(file.PhysicalPath));
            }

            var isProgram = file.IsExecutable || programs.Contains(file.LogicalName);
            await PutAsync(file.PhysicalPath, file.LogicalName, isProgram, cancellationToken).ConfigureAwait(false);
            if (plan.WantsProject)
            {
                await PutAsync(file.PhysicalPath, $"{GuestPaths.Project}/{Path.GetFileName(file.PhysicalPath)}", isProgram, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var name in plan.UnzipInputs)
        {
            var archive = files.FirstOrDefault(file => file.LogicalName == name && File.Exists(file.PhysicalPath))
                ?? throw new BoincException(SandboxErrorCode.BoincFileMissing, $"job.xml names the archive {name}, and the slot has no such file.");
            await UnzipAsync(name, archive.PhysicalPath, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A shell would take what is no program for lines of its own, and the task would end with a code that says nothing.</summary>
    private static void DemandRunnable(string name, ProgramFormat format)
    {
        var what = format switch
        {
            ProgramFormat.LinuxX64 or ProgramFormat.LinuxX86 or ProgramFormat.Script => null,
            ProgramFormat.LinuxOther => "a program for another processor",
            ProgramFormat.Windows => "a Windows program",
            ProgramFormat.MacOS => "a macOS program",
            _ => "no program",
        };
        if (what is not null)
        {
            throw new BoincException(SandboxErrorCode.BoincUnsupported, $"{name} is {what}: a sandbox runs Linux programs for x86-64, and scripts that begin with #!.");
        }
    }

    private async Task PutAsync(string path, string name, bool isProgram, CancellationToken cancellationToken)
    {
        try
        {
            await session.PutFileAsync(path, name, isProgram, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMissing, $"The file {name} cannot be read: {e.Message}", e);
        }
    }

    private async Task UnzipAsync(string name, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            var left = mostBytes;
            foreach (var entry in archive.Entries.Where(static entry => !entry.FullName.EndsWith('/')))
            {
                var target = entry.FullName.Replace('\\', '/');
                left -= entry.Length;
                if (RelativePath.Fault(target) is { } fault || left < 0)
                {
                    throw new BoincException(SandboxErrorCode.BoincFileMalformed, left < 0 ? $"The archive {name} unpacks to more than {mostBytes} bytes." : $"The archive {name} holds a file that is not for the slot: {RelativePath.Fault(target)}");
                }

                // What Info-ZIP keeps of Unix in the upper half: 0100 is the owner's right to run it.
                var isExecutable = ((entry.ExternalAttributes >> 16) & 0b001_000_000) != 0;
                var content = new BoundedStream(entry.Open(), entry.Length);
                await using var scope = content.ConfigureAwait(false);
                await session.PutAsync(target, content, isExecutable, null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"The archive {name} cannot be unpacked: {e.Message}", e);
        }
    }
}
