using DesktopGrid.VmSandbox.Imports.Archives;

namespace DesktopGrid.VmSandbox.Imports.Oci;

/// <summary>The files of an image in a folder. Links in it are no files, and lead to none: they may lead anywhere.</summary>
internal sealed class FolderFiles(string folder) : IImageFiles
{
    public string Source => folder;

    public bool Has(string path) => At(path).Exists && !IsThroughLink(path);

    public long LengthOf(string path) => Require(path).Length;

    public Stream Open(string path, Action<long>? told) => SourceStream.Open(Require(path).FullName, told);

    private FileInfo Require(string path) => Has(path) ? At(path) : throw ImportFault.Malformed(folder, $"its file {ImportFault.Quote(path)} is missing");

    private bool IsThroughLink(string path)
    {
        var parts = path.Split('/');
        return Enumerable.Range(1, parts.Length).Any(count => At(string.Join('/', parts.Take(count))).LinkTarget is not null);
    }

    private FileInfo At(string path) => new(Path.Combine(folder, EntryName.Judge(folder, path)));
}
