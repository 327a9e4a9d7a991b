using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Control.Page;

/// <summary>Tells the wrappers where the page is, by a file of the client's data folder: they offer it to the client as the tasks' web graphics. It has the secret for looking only.</summary>
internal sealed class PageNotice(string dataFolder, string viewUrl)
{
    private readonly byte[] _content = PageFile.Write(viewUrl);

    private string FilePath => Path.Combine(dataFolder, PageFile.Name);

    /// <summary>False where this user may not write there: the Manager then has no button for the page.</summary>
    public bool TryPost()
    {
        try
        {
            new ProjectWriter(dataFolder).Write(FilePath, _content);
            return true;
        }
        catch (BoincException)
        {
            return false;
        }
    }

    /// <summary>Takes it away, unless another page has put its own there.</summary>
    public void Remove()
    {
        try
        {
            if (PageFile.Content(dataFolder) is { } there && there.AsSpan().SequenceEqual(_content))
            {
                new ProjectWriter(dataFolder).DeleteFile(FilePath);
            }
        }
        catch (BoincException)
        {
            // It names a page that is served no more: whoever follows it finds nobody, and the next page writes it anew.
        }
    }
}
