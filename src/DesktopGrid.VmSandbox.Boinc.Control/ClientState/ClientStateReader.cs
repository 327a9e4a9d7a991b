using DesktopGrid.VmSandbox.Boinc.Control.Markup;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Boinc.Control.ClientState;

/// <summary>Reads <c>client_state.xml</c>. Nothing here ever writes it.</summary>
internal static class ClientStateReader
{
    /// <exception cref="BoincException">The file is missing or malformed.</exception>
    public static ClientStateFile ReadFolder(string dataFolder) => Read(MarkupReader.ReadFile(Path.Combine(dataFolder, ClientStateFile.Name), MarkupLimits.State));

    /// <exception cref="BoincException">The root is another one.</exception>
    public static ClientStateFile Read(Element root)
    {
        if (root.Name != "client_state")
        {
            throw new BoincException(SandboxErrorCode.BoincFileMalformed, $"{ClientStateFile.Name} begins with <{root.Name}> and not with <client_state>.");
        }

        var projects = new List<BoincProject>();
        ProjectEntries? current = null;
        foreach (var element in root.Children)
        {
            // What follows a project belongs to it, until the next one.
            if (element.Name == "project")
            {
                Finish();
                current = element.Value("master_url") is { } url && ProjectFolder.IsSafe(ProjectFolder.Of(url)) ? new ProjectEntries(element, url) : null;
            }
            else
            {
                current?.Add(element);
            }
        }

        Finish();
        return new ClientStateFile(ReadHost(root), projects);

        void Finish()
        {
            if (current is not null)
            {
                projects.Add(current.ToProject());
            }
        }
    }

    private static HostFacts ReadHost(Element root)
    {
        var host = root.Child("host_info");
        var flops = host?.Number("p_fpops") is { } measured and > 0 ? measured : HostFacts.DefaultFlops;
        return new HostFacts(host?.Value("os_name") ?? "", flops, root.Value("platform_name") ?? "");
    }
}
