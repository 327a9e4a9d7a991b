using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Vms.Travel;

/// <summary>
/// The disk in a file that travels names its base as every store lays it out, seen from a machine's folder: so it names nothing of a host, and
/// is right where it arrives without being written anew.
/// </summary>
internal static class TravelDisk
{
    /// <summary>The base's name in it.</summary>
    public static string Backing(string image) => $"../../images/{image}/base.qcow2";

    /// <summary>Judges a disk that has arrived, before any tool of QEMU's sees it: it leads to its base and nowhere else.</summary>
    /// <exception cref="VmException">Code <c>ImportInvalid</c>.</exception>
    public static void Demand(string path, BaseImage image, string store)
    {
        try
        {
            var header = Qcow2Header.Read(path);
            if (header.BackingFile != Backing(image.Id) || header.BackingFormat != "qcow2" || header.VirtualSize != image.Manifest.Files.Base.VirtualSize)
            {
                throw TravelFile.Invalid("its disk has another base or another size than its image");
            }

            BackingChain.Check(path, store);
        }
        catch (ImageException e) when (e.Code is SandboxErrorCode.ImageMalformed or SandboxErrorCode.ImageRefused)
        {
            throw TravelFile.Invalid($"its disk is refused ({e.Sentence})", e);
        }
    }
}
