using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Images;

/// <summary>Looks for the guest image's folder where the package puts it and people name it.</summary>
internal static class ImageLocator
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "VMSANDBOX_GUEST_IMAGE";

    private const string Beside = "vmsandbox-guest";

    /// <exception cref="ImageException">There is none.</exception>
    public static string Find(string? option)
    {
        if (option is not null)
        {
            return option;
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable)
        {
            return variable;
        }

        var beside = Path.Combine(AppContext.BaseDirectory, Beside);
        return File.Exists(Path.Combine(beside, ImageManifestReader.FileName))
            ? beside
            : throw new ImageException(SandboxErrorCode.ImageMissing, $"There is no guest image: no option and no variable {Variable} names one, and there is no {beside}.")
            {
                Advice = "Reference the package DesktopGrid.VmSandbox.Guest, or make one with build/guest.sh and set the variable to its folder.",
            };
    }
}
