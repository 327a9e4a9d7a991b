using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DesktopGrid.VmSandbox.Qemu;

namespace DesktopGrid.VmSandbox.Vms.Templates;

/// <summary>
/// Which template fits: everything that decides what a booted guest is. Mapped into QEMU without its having booted it, a state fits one build
/// only, of one machine with one processor, memory and image.
/// </summary>
internal static class TemplateKey
{
    // Raised when what lies in a template's folder, or what a machine is made of, changes.
    private const int Format = 2;

    /// <summary>A short name for it that a file system takes.</summary>
    /// <param name="installation">Which QEMU.</param>
    /// <param name="spec">Which machine.</param>
    /// <param name="imageId">The image's hash.</param>
    /// <param name="processor">What the host's processor is and can do (<see cref="Platform.Hosts.IHostPlatform.Processor"/>).</param>
    public static string Of(QemuInstallation installation, MachineSpec spec, string imageId, string processor)
    {
        // Emulation gives every host the same processor; hardware gives what of the model this one has.
        var parts = string.Create(
            CultureInfo.InvariantCulture,
            $"{Format}\n{installation.BuildKey}\n{spec.MachineType}\n{spec.CpuModel}\n{spec.Accelerator}\n{spec.EmulatesInParallel}\n{spec.MemoryMiB}\n{spec.ReturnsMemory}\n{spec.VirtualCpus}\n{imageId}\n{spec.KernelCommandLine}\n{string.Join(',', spec.Layers.Select(static layer => layer.Id))}\n{(spec.Accelerator == Accelerator.Tcg ? "" : processor)}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts)))[..32];
    }
}
