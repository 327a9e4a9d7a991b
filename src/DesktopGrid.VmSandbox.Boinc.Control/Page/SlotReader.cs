using System.Globalization;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>Looks into the client's slots for sandboxes. Native programs of the client's user can write there too: only ordinary files are opened.</summary>
internal sealed class SlotReader(string dataFolder, TimeProvider time)
{
    private const int MostSlots = 256;

    /// <summary>The sandboxes, by slot. A status that cannot be read is passed over: the next second may have a better one.</summary>
    public IReadOnlyList<SandboxStatus> Read()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(Path.Combine(dataFolder, "slots")).Take(MostSlots).Select(Read).OfType<SandboxStatus>().OrderBy(static status => status.Slot)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private SandboxStatus? Read(string folder)
    {
        var file = Path.Combine(folder, SlotFiles.Status);
        if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var slot) || !File.Exists(file) || FileFacts.Of(file) is { IsRegular: false })
        {
            return null;
        }

        try
        {
            var age = time.GetUtcNow() - File.GetLastWriteTimeUtc(file);
            return StatusText.Parse(BoundedFile.Read(file, StatusForm.MostBytes)) with { Slot = slot, AgeSeconds = Math.Max(0, Math.Round(age.TotalSeconds)) };
        }
        catch (Exception e) when (e is BoincException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
