using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.Imports;

/// <summary>The store's base images and layers: what machines are made of. Safe for several threads and processes at once.</summary>
public interface IImageManager
{
    /// <summary>Adds a base image to the store, as <c>build/guest.sh</c> makes one; gives the one that is there already.</summary>
    /// <param name="folder">Its folder, with its <c>manifest.json</c>.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>The image.</returns>
    /// <exception cref="ImageException">It is missing or damaged.</exception>
    /// <exception cref="PlatformException">The store is full or cannot be written.</exception>
    /// <exception cref="VmException">It takes more than the disk budget gives (<c>BudgetExceeded</c>).</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    Task<StoredImage> AddAsync(string folder, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a layer of an archive, an OCI image or a disk. Everything in it is judged, whoever it comes from: it is taken whole or refused whole. For
    /// a disk, QEMU's image tool is used, as confined as QEMU itself.
    /// </summary>
    /// <param name="import">What, and under which name.</param>
    /// <param name="progress">Told how far it is, several times a second at most.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="ArgumentException">The name, or one of the bounds, is none.</exception>
    /// <exception cref="ImageException">
    /// It is missing or cannot be read (<c>ImageMissing</c>), damaged (<c>ImageMalformed</c>), asks for what is never allowed (<c>ImageRefused</c>), or is of a form or for
    /// a processor that cannot be used (<c>ImageUnsuitable</c>).
    /// </exception>
    /// <exception cref="Qemu.QemuException">A disk is to be imported, and QEMU's image tool is missing or refuses.</exception>
    /// <exception cref="PlatformException">The store is full or cannot be written.</exception>
    /// <exception cref="VmException">It takes more than the disk budget gives (<c>BudgetExceeded</c>).</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    Task<StoredImage> ImportAsync(LayerImport import, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Lists the base images and layers.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>All that the store has, base images before layers, the newest first.</returns>
    /// <exception cref="Catalog.CatalogException">The catalog is damaged or busy.</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    Task<IReadOnlyList<StoredImage>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes a base image or a layer that no machine is made of.</summary>
    /// <param name="nameOrHash">Its name, its hash, or at least 8 digits of its beginning; of several of one name the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is gone.</returns>
    /// <exception cref="ImageException">There is none (<c>ImageMissing</c>), or a machine needs it (<c>ImageInUse</c>).</exception>
    /// <exception cref="ObjectDisposedException">The host is closed.</exception>
    Task RemoveAsync(string nameOrHash, CancellationToken cancellationToken = default);
}
