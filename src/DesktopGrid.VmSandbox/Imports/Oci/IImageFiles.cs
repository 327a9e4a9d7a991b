namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>The files that an image consists of, in a folder or in an archive.</summary>
internal interface IImageFiles
{
    /// <summary>What they are called together in a failure.</summary>
    string Source { get; }

    /// <summary>Whether there is such a file.</summary>
    /// <param name="path">Its path: relative, with forward slashes.</param>
    bool Has(string path);

    /// <summary>Its bytes.</summary>
    /// <exception cref="Images.ImageException">There is no such file.</exception>
    long LengthOf(string path);

    /// <summary>Opens it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="told">Told how many bytes of it are behind the reader; null for nobody.</param>
    /// <exception cref="Images.ImageException">There is no such file, or it cannot be read.</exception>
    Stream Open(string path, Action<long>? told);
}
