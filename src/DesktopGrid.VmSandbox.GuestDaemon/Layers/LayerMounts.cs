using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.GuestDaemon.DataHandler;
using DesktopGrid.VmSandbox.GuestDaemon.Disks;
using DesktopGrid.VmSandbox.GuestDaemon.Requests;

namespace DesktopGrid.VmSandbox.GuestDaemon.Layers;

/// <summary>The layers' file systems, each mounted read-only out of the task's sight.</summary>
internal sealed class LayerMounts(GuestLayout layout)
{
    // Debian and others have these in /usr, and a link in their place. A layer's folder of that name would hide the link, and all behind it.
    private static readonly string[] MayBeLinks = ["bin", "sbin", "lib", "lib64"];

    /// <summary>Mounts them all, or none.</summary>
    /// <returns>What a task sees, the lowest first.</returns>
    /// <exception cref="RequestException">One cannot be mounted, or does not go with what is below it.</exception>
    public IReadOnlyList<string> Add(IReadOnlyList<LayerLine> layers)
    {
        List<string> mounted = [];
        List<string> seen = layers[0].IsRoot ? [] : ["/"];
        try
        {
            for (var number = 0; number < layers.Count; number++)
            {
                var path = Add(number, layers[number]);
                mounted.Add(path);
                DemandFit(number, path, seen);
                seen.Add(path);
            }

            return seen;
        }
        catch
        {
            mounted.ForEach(Mounts.Remove);
            throw;
        }
    }

    private string Add(int number, LayerLine layer)
    {
        var path = layout.Layer(number);
        try
        {
            var device = LayerDevices.Find(number, layer.Partition) ?? throw Refused(number, "there is no disk of it");
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var (type, options) = layer.FileSystem switch
            {
                "iso9660" => ("iso9660", ""),
                // One driver for all three; a journal that was not played back stays so, since nothing here may be written.
                "ext2" or "ext3" or "ext4" => ("ext4", "noload"),
                _ => throw Refused(number, $"the guest does not know the file system \"{layer.FileSystem}\""),
            };
            Mounts.Add(device, path, type, isReadOnly: true, options);
            return path;
        }
        catch (IOException e)
        {
            throw Refused(number, $"its file system {layer.FileSystem} cannot be mounted: {e.Message}");
        }
    }

    private static void DemandFit(int number, string path, List<string> below)
    {
        foreach (var name in MayBeLinks)
        {
            if (IsFolder($"{path}/{name}") && below.Exists(lower => IsLink($"{lower}/{name}")))
            {
                throw Refused(number, $"it has a folder /{name} where what lies below has a link; what is in it belongs into /usr/{name}");
            }
        }
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static bool IsFolder(string path) => !IsLink(path) && Directory.Exists(path);

    private static RequestException Refused(int number, string why) => new(GuestErrorCode.LayerUnusable, $"Layer {number} of the machine is of no use: {why.TrimEnd('.')}.");
}
