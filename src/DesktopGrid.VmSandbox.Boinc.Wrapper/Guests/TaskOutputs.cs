using System.IO.Compression;
using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Boinc.JobXml;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;

/// <summary>Takes a task's outputs out of the guest to where the client looks for them: each appears in one step, and nothing else leaves.</summary>
/// <param name="machine">The machine.</param>
/// <param name="mostBytes">The most bytes of all outputs.</param>
/// <param name="tell">Where a reader of stderr.txt is told.</param>
internal sealed class TaskOutputs(TaskMachine machine, long mostBytes, Action<string> tell)
{
    private long _left = mostBytes;

    /// <summary>Takes them. One that is not there is the client's to miss, as it would be without a sandbox.</summary>
    /// <exception cref="SandboxException">They are larger than allowed (<c>GuestTooLarge</c>), or cannot be written here.</exception>
    public async Task TakeAsync(ZipOutput? zip, CancellationToken cancellationToken)
    {
        foreach (var (name, path) in machine.Record.Outputs.Where(each => each.Key != zip?.FileName))
        {
            try
            {
                _left -= await machine.Session.GetFileAsync(name, path, _left, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (SessionException e) when (e.Code is SandboxErrorCode.GuestNotFound or SandboxErrorCode.GuestPathRefused)
            {
                tell($"the program has not left the output {name}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unwritable(name, e);
            }
        }

        if (zip is not null && machine.Record.Outputs.TryGetValue(zip.FileName, out var target) && !File.Exists(target))
        {
            await ZipAsync(zip, target, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ZipAsync(ZipOutput zip, string target, CancellationToken cancellationToken)
    {
        var inputs = machine.Record.Inputs.ToHashSet(StringComparer.Ordinal);
        var names = new List<string>();
        await foreach (var entry in machine.Session.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (entry.Kind is GuestEntryKind.File && !inputs.Contains(entry.Name) && zip.Patterns.Any(pattern => Fits(pattern, entry.Name)))
            {
                names.Add(entry.Name);
            }
        }

        var unfinished = target + ".vmsandbox";
        try
        {
            var file = File.Create(unfinished);
            await using var whole = file.ConfigureAwait(false);
            using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var name in names.Order(StringComparer.Ordinal))
                {
                    var content = archive.CreateEntry(name).Open();
                    await using var scope = content.ConfigureAwait(false);
                    _left -= await machine.Session.GetAsync(name, content, _left, null, cancellationToken).ConfigureAwait(false);
                }
            }

            file.Flush(flushToDisk: true);
            File.Move(unfinished, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(zip.FileName, e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static bool Fits(Regex pattern, string name)
    {
        try
        {
            return pattern.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            // A hostile name: the program could have called its file anything.
            return false;
        }
    }

    private static BoincException Unwritable(string name, Exception e) => new(SandboxErrorCode.BoincFileUnwritable, $"The output {name} cannot be written: {e.Message}", e) { IsTransient = true };
}
