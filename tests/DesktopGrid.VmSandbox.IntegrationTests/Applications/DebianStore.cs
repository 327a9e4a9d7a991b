using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.IntegrationTests.Support;

namespace DesktopGrid.VmSandbox.IntegrationTests.Applications;

/// <summary>
/// The Debian base, and the layers of packages that <c>build/guest.sh debian --with PACKAGE</c> makes. They lie beside the tiny image, or where the
/// variable says; a test says that it is left out where they were not made, or where the host lacks the same program to compare with.
/// </summary>
internal static class DebianStore
{
    private const string Variable = "VMSANDBOX_DEBIAN_IMAGE";

    private static readonly string Image = Environment.GetEnvironmentVariable(Variable)
        ?? Path.Combine(Path.GetDirectoryName(Environment.GetEnvironmentVariable("VMSANDBOX_GUEST_IMAGE") ?? "/")!, "debian");

    /// <summary>Opens a store that has this layer.</summary>
    public static async Task<TempStore> OpenAsync(string layer, string hostProgram, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(Path.GetDirectoryName(Image)!, "layers", $"{layer}.tar.gz");
        if (Array.Find([Image, archive, hostProgram], static path => !Path.Exists(path)) is { } missing)
        {
            Assert.Ignore($"There is no {missing}: samples/Applications/demo.sh makes or installs it.");
        }

        var store = await TempStore.OpenAsync(static options => options.GuestImage = Image);
        await store.Host.Images.ImportAsync(new LayerImport { Path = archive, Name = layer }, cancellationToken: cancellationToken);
        return store;
    }
}
