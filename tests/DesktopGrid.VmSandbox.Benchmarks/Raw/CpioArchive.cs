using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Benchmarks.Raw;

/// <summary>An archive of one executable file in the form that the kernel takes behind another one (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).</summary>
internal static class CpioArchive
{
    private const int Executable = 0x81ed;

    public static byte[] Of(string name, byte[] content)
    {
        var archive = new List<byte>();
        Add(archive, name, Executable, content);
        Add(archive, "TRAILER!!!", 0, []);
        return [.. archive];
    }

    private static void Add(List<byte> archive, string name, int mode, byte[] content)
    {
        // inode, mode, user, group, links, time, length, device and device number twice over, length of the name, checksum
        int[] fields = [1, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0];
        archive.AddRange(Encoding.ASCII.GetBytes("070701" + string.Concat(fields.Select(static field => field.ToString("X8", CultureInfo.InvariantCulture))) + name + '\0'));
        Align(archive);
        archive.AddRange(content);
        Align(archive);
    }

    private static void Align(List<byte> archive) => archive.AddRange(new byte[-archive.Count & 3]);
}
